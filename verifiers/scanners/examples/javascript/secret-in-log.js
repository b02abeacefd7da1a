// ruleid: javascript.secret-in-log
console.log("login", user.password);
// ok: javascript.secret-in-log
console.log("login", user.name);
