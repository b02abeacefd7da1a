const fs = require("fs");
// ruleid: javascript.world-writable
fs.chmodSync("out", 0o777);
// ruleid: javascript.world-writable
fs.writeFileSync("out", data, { mode: 0o666 });
// ok: javascript.world-writable
fs.chmodSync("out", 0o600);
// ok: javascript.world-writable
fs.mkdirSync("out", { mode: 0o755 });
