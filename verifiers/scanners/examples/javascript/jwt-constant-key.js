// ruleid: javascript.jwt-constant-key
const token = jwt.sign({ id }, "secret-key");
// ruleid: javascript.jwt-constant-key
app.use(session({ secret: "keyboard cat", resave: false }));
// ok: javascript.jwt-constant-key
const other = jwt.sign({ id }, process.env.JWT_SECRET);
