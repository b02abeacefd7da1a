function generateToken() {
  // ruleid: javascript.weak-random-secret
  return Math.random().toString(36).slice(2);
}

function create() {
  // ruleid: javascript.weak-random-secret
  const sessionId = Math.random().toString(36);
  // ruleid: javascript.weak-random-secret
  const resetCode = Math.floor(Math.random() * 1000000);
  // ok: javascript.weak-random-secret
  const token = crypto.randomBytes(32).toString("hex");
  // ok: javascript.weak-random-secret
  const colour = Math.floor(Math.random() * 255);
  return sessionId + token;
}
