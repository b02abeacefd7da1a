// ruleid: javascript.cookie-without-flags
res.cookie("session", id, { httpOnly: false });
// ruleid: javascript.cookie-without-flags
app.use(session({ secret: process.env.SECRET, cookie: { secure: false } }));
// ok: javascript.cookie-without-flags
res.cookie("session", id, { httpOnly: true, secure: true });
// ok: javascript.cookie-without-flags
const mail = createTransport({ port: 587, secure: false });
