app.post("/login", async (req, res) => {
  // ruleid: javascript.nosql-injection
  const user = await User.findOne({ name: req.body.name, password: req.body.password });
  // ruleid: javascript.nosql-injection
  await db.collection("users").deleteMany(req.body);
  // ok: javascript.nosql-injection
  const other = await User.findOne({ name: String(req.body.name) });
  const id = parseInt(req.params.id, 10);
  // ok: javascript.nosql-injection
  await User.deleteOne({ id });
});
