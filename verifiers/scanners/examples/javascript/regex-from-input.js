app.get("/search", (req, res) => {
  // ruleid: javascript.regex-from-input
  const wanted = new RegExp(req.query.q, "i");
  // ok: javascript.regex-from-input
  const safe = new RegExp(escapeRegExp(req.query.q), "i");
  // ok: javascript.regex-from-input
  const fixed = new RegExp("^a+$");
});
