const path = require("path");

app.get("/:name", (req, res) => {
  // ruleid: javascript.send-file-from-input
  res.sendFile(path.join(__dirname, req.params.name));
  // ruleid: javascript.send-file-from-input
  res.download("files/" + req.query.file);
  // ok: javascript.send-file-from-input
  res.sendFile(req.params.name, { root: __dirname });
  // ok: javascript.send-file-from-input
  res.sendFile(path.join(__dirname, "index.html"));
});
