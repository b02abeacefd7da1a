app.get("/", (req, res) => {
  // ruleid: javascript.log-injection
  console.log("user " + req.query.name);
  // ok: javascript.log-injection
  console.log("user", JSON.stringify(req.query.name));
});
