function find(users, name) {
  // ruleid: javascript.nosql-where
  users.find({ $where: `this.name == '${name}'` });
  // ruleid: javascript.nosql-where
  users.find({ $where: "this.name == '" + name + "'" });
  // ok: javascript.nosql-where
  users.find({ $where: "this.a == this.b" });
  // ok: javascript.nosql-where
  users.find({ name: String(name) });
}
