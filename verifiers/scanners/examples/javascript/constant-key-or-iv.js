const crypto = require("crypto");
// ruleid: javascript.constant-key-or-iv
const a = crypto.createCipheriv("aes-256-cbc", "01234567890123456789012345678901", iv);
// ruleid: javascript.constant-key-or-iv
const b = crypto.createCipheriv("aes-256-cbc", key, Buffer.alloc(16, 0));
// ok: javascript.constant-key-or-iv
const c = crypto.createCipheriv("aes-256-gcm", key, crypto.randomBytes(12));
