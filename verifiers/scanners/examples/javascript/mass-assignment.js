app.put("/users/:id", async (req, res) => {
  // ruleid: javascript.mass-assignment
  Object.assign(user, req.body);
  // ruleid: javascript.mass-assignment
  await User.findByIdAndUpdate(id, req.body);
  // ruleid: javascript.mass-assignment
  await User.create(req.body);
  const { name, mail } = req.body;
  // ok: javascript.mass-assignment
  await User.create({ name, mail });
});
