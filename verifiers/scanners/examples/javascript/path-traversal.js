const fs = require("fs");
const path = require("path");

app.get("/files/:name", (req, res) => {
  // ruleid: javascript.path-traversal
  fs.readFile("uploads/" + req.params.name, done);
  const wanted = path.join(__dirname, "files", req.query.file);
  // ruleid: javascript.path-traversal
  fs.createReadStream(wanted).pipe(res);
  // ruleid: javascript.path-traversal
  fs.unlinkSync(`uploads/${req.body.name}`);
  // ok: javascript.path-traversal
  fs.readFile(path.join("uploads", path.basename(req.params.name)), done);
  // ok: javascript.path-traversal
  fs.readFile("uploads/index.html", done);
});

app.get("/safe/:name", (req, res) => {
  const full = path.resolve(ROOT, req.params.name);
  if (!full.startsWith(ROOT + path.sep)) {
    return res.status(400).end();
  }
  // ok: javascript.path-traversal
  fs.readFile(full, done);
});
