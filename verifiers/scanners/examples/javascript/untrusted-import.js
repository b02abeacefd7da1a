app.get("/:plugin", async (req, res) => {
  // ruleid: javascript.untrusted-import
  const plugin = require("./plugins/" + req.params.plugin);
  // ruleid: javascript.untrusted-import
  await import(req.query.module);
  // ok: javascript.untrusted-import
  const fs = require("fs");
});
