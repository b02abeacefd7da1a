const crypto = require("crypto");
// ruleid: javascript.broken-cipher
const a = crypto.createCipheriv("des-cbc", key, iv);
// ruleid: javascript.broken-cipher
const b = crypto.createCipheriv("aes-128-ecb", key, null);
// ok: javascript.broken-cipher
const c = crypto.createCipheriv("aes-256-gcm", key, iv);
