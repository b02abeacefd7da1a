// ruleid: javascript.few-hash-rounds
bcrypt.hash(password, 5, done);
// ruleid: javascript.few-hash-rounds
crypto.pbkdf2Sync(password, salt, 1000, 64, "sha512");
// ok: javascript.few-hash-rounds
bcrypt.hashSync(password, 12);
// ok: javascript.few-hash-rounds
crypto.pbkdf2Sync(password, salt, 600000, 64, "sha512");
