import sqlite3
from psycopg2 import sql

TABLE = "users"


def find(connection, name, age):
    cursor = connection.cursor()
    # ruleid: python.sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '%s'" % name)
    # ruleid: python.sql-injection
    cursor.execute(f"SELECT * FROM users WHERE name = '{name}'")
    # ruleid: python.sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '" + name + "'")
    # ruleid: python.sql-injection
    cursor.execute("SELECT * FROM users WHERE name = '{}'".format(name))
    query = "SELECT id FROM users WHERE name = '%s'" % name
    query += " ORDER BY id"
    # ruleid: python.sql-injection
    cursor.execute(query)
    template = "DELETE FROM users WHERE name = '{}'"
    # ruleid: python.sql-injection
    cursor.execute(template.format(name))
    # ruleid: python.sql-injection
    connection.executescript("DROP TABLE %s" % name)
    # ok: python.sql-injection
    cursor.execute("SELECT * FROM users WHERE name = ?", (name,))
    # ok: python.sql-injection
    cursor.execute("SELECT * FROM users WHERE age = %d" % int(age))
    # ok: python.sql-injection
    cursor.execute(f"SELECT * FROM {TABLE} WHERE name = ?", (name,))
    # ok: python.sql-injection
    cursor.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
    marks = ",".join("?" * len(name))
    # ok: python.sql-injection
    cursor.execute("SELECT * FROM users WHERE name IN (%s)" % ",".join("?" * len(name)), name)
    # ok: python.sql-injection
    print("SELECT * FROM users WHERE name = '%s'" % name)


class Store:
    def add(self, comment, user):
        text = "insert into comments values ('%s', %s)" % (comment, user)
        # ruleid: python.sql-injection
        return self.db.insert_row(text)

    def likes(self, post):
        statement = f"update posts set likes = likes + 1 where id = {post}"
        # ruleid: python.sql-injection
        run_query(statement)
