package store

import (
	"context"
	"database/sql"
	"fmt"
)

func find(ctx context.Context, db *sql.DB, name string, table string, age int) {
	// ruleid: go.sql-injection
	db.Query("SELECT * FROM users WHERE name = '" + name + "'")
	query := fmt.Sprintf("SELECT * FROM users WHERE name = '%s'", name)
	// ruleid: go.sql-injection
	db.QueryRow(query)
	// ruleid: go.sql-injection
	db.ExecContext(ctx, fmt.Sprintf("DELETE FROM users WHERE name = %q", name))
	// ok: go.sql-injection
	db.Query("SELECT * FROM users WHERE name = $1", name)
	// ok: go.sql-injection
	db.Query(fmt.Sprintf("SELECT * FROM users WHERE age = %d", age))
	// ok: go.sql-injection
	db.Query("SELECT * FROM " + table)
	// ok: go.sql-injection
	fmt.Println("SELECT * FROM users WHERE name = '" + name + "'")
}
