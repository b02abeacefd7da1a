app.get("/proxy", async (req, res) => {
  // ruleid: javascript.server-side-request-forgery
  const a = await axios.get(req.query.url);
  // ruleid: javascript.server-side-request-forgery
  const b = await fetch(req.body.url);
  // ruleid: javascript.server-side-request-forgery
  const c = await fetch(`http://${req.query.host}/status`);
  // ok: javascript.server-side-request-forgery
  const d = await fetch("https://example.org/users/" + req.params.id);
  // ok: javascript.server-side-request-forgery
  const e = await fetch(`https://example.org/users/${req.params.id}`);
});
