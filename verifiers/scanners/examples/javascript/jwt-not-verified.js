function user(token) {
  // ruleid: javascript.jwt-not-verified
  const data = jwt.decode(token);
  return data.user;
}

function checked(token) {
  // ok: javascript.jwt-not-verified
  return jwt.verify(token, key, { algorithms: ["HS256"] });
}
