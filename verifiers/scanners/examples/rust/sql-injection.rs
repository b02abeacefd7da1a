fn find(conn: &Connection, name: &str) {
    // ruleid: rust.sql-injection
    conn.execute(&format!("SELECT * FROM users WHERE name = '{}'", name), []);
    let sql = format!("DELETE FROM users WHERE name = '{name}'");
    // ruleid: rust.sql-injection
    conn.execute_batch(&sql);
    // ok: rust.sql-injection
    conn.execute("SELECT * FROM users WHERE name = ?1", [name]);
    // ok: rust.sql-injection
    println!("SELECT * FROM users WHERE name = '{}'", name);
}
