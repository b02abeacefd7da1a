function login(user, password) {
  // ruleid: javascript.compared-password
  if (user === "admin" && password === "admin123") return true;
  // ok: javascript.compared-password
  if (password === "") return false;
  // ok: javascript.compared-password
  return bcrypt.compareSync(password, user.hash);
}
