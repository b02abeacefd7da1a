app.get("/", (req, res) => {
  // ruleid: javascript.cross-site-scripting
  res.send(`<h1>Hello ${req.query.name}</h1>`);
  const name = req.query.name;
  const page = "<p>" + name + "</p>";
  // ruleid: javascript.cross-site-scripting
  res.send(page);
  // ruleid: javascript.cross-site-scripting
  res.status(404).send("No page " + req.params.page);
  // ok: javascript.cross-site-scripting
  res.send(`<h1>Hello ${escapeHtml(req.query.name)}</h1>`);
  // ok: javascript.cross-site-scripting
  res.json({ name: req.query.name });
  // ok: javascript.cross-site-scripting
  res.send({ name: req.query.name });
});
