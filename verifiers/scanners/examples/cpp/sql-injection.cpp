#include <string>

void find(sqlite3 *db, const std::string &name, int id) {
    std::string sql = "SELECT * FROM users WHERE name = '" + name + "'";
    // ruleid: cpp.sql-injection
    sqlite3_exec(db, sql.c_str(), 0, 0, 0);
    // ruleid: cpp.sql-injection
    statement->executeQuery("DELETE FROM users WHERE name = '" + name + "'");
    // ok: cpp.sql-injection
    statement->executeQuery("SELECT * FROM users WHERE id = " + std::to_string(id));
    // ok: cpp.sql-injection
    sqlite3_prepare_v2(db, "SELECT * FROM users WHERE name = ?", -1, &prepared, 0);
}
