// ruleid: javascript.short-key
const a = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 });
// ok: javascript.short-key
const b = crypto.generateKeyPairSync("rsa", { modulusLength: 3072 });
