app.post("/set", (req, res) => {
  // ruleid: javascript.request-chooses-key
  store[req.body.user][req.body.key] = req.body.value;
  // ruleid: javascript.request-chooses-key
  _.set(store, req.body.path, 1);
  const id = Number(req.body.id);
  // ok: javascript.request-chooses-key
  store[id][0] = 1;
  // ok: javascript.request-chooses-key
  table.set(req.body.key, req.body.value);
});
