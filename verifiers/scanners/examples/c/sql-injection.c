#include <stdio.h>

void find(sqlite3 *db, const char *name, int id) {
    char sql[256];
    // ruleid: c.sql-injection
    snprintf(sql, sizeof sql, "SELECT * FROM users WHERE name = '%s'", name);
    sqlite3_exec(db, sql, 0, 0, 0);
    // ok: c.sql-injection
    snprintf(sql, sizeof sql, "SELECT * FROM users WHERE id = %d", id);
    // ok: c.sql-injection
    sqlite3_mprintf("SELECT * FROM users WHERE name = %Q", name);
}
