const crypto = require("crypto");
// ruleid: javascript.weak-hash
const a = crypto.createHash("md5").update(text).digest("hex");
// ruleid: javascript.weak-hash
const b = crypto.createHash("sha1");
// ok: javascript.weak-hash
const c = crypto.createHash("sha256");
