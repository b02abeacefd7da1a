const TABLE = "users";

async function find(db, pool, name, id) {
  // ruleid: javascript.sql-injection
  await db.query("SELECT * FROM users WHERE name = '" + name + "'");
  // ruleid: javascript.sql-injection
  await db.query(`SELECT * FROM users WHERE name = '${name}'`);
  const sql = `DELETE FROM users WHERE id = ${id}`;
  // ruleid: javascript.sql-injection
  pool.execute(sql);
  // ruleid: javascript.sql-injection
  db.get("select * from users where name = '" + name + "' and age > 3", callback);
  // ruleid: javascript.sql-injection
  await pool.query({ text: `UPDATE users SET name = '${name}'`, values: [] });
  // ok: javascript.sql-injection
  await db.query("SELECT * FROM users WHERE name = ?", [name]);
  // ok: javascript.sql-injection
  await db.query(`SELECT * FROM ${TABLE} WHERE name = $1`, [name]);
  // ok: javascript.sql-injection
  console.log(`SELECT * FROM users WHERE name = '${name}'`);
  // ok: javascript.sql-injection
  await db.query("SELECT * FROM users " + "WHERE name = ?", [name]);
}
