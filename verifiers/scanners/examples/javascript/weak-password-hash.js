const crypto = require("crypto");

function store(password, text) {
  // ruleid: javascript.weak-password-hash
  const a = crypto.createHash("md5").update(password).digest("hex");
  // ruleid: javascript.weak-password-hash
  const b = crypto.createHash("sha256").update(password + salt).digest("hex");
  // ok: javascript.weak-password-hash
  const c = crypto.scryptSync(password, salt, 64);
  // ok: javascript.weak-password-hash
  return crypto.createHash("sha256").update(text).digest("hex");
}
