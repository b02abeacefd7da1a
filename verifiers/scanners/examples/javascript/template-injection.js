app.get("/", (req, res) => {
  // ruleid: javascript.template-injection
  res.send(ejs.render("<h1>" + req.query.title + "</h1>"));
  const text = req.body.template;
  // ruleid: javascript.template-injection
  const page = Handlebars.compile(text);
  // ok: javascript.template-injection
  res.send(ejs.render("<h1><%= title %></h1>", { title: req.query.title }));
});
