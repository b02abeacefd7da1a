// ruleid: javascript.hard-coded-secret
const password = "hunter2hunter2";
// ruleid: javascript.hard-coded-secret
const config = { user: "admin", apiKey: "q8ZJ3kP0vB7x" };
// ruleid: javascript.hard-coded-secret
const JWT_SECRET = process.env.JWT_SECRET || "s3cr3tK3y99";
// ok: javascript.hard-coded-secret
const secret = process.env.SECRET;
// ok: javascript.hard-coded-secret
const message = { password: "Please enter a password of eight letters" };
// ok: javascript.hard-coded-secret
const apiKey = "YOUR_API_KEY";
