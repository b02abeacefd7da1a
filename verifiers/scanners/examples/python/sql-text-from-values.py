def build(name):
    # ruleid: python.sql-text-from-values
    query = f"SELECT * FROM users WHERE name = '{name}'"
    # ruleid: python.sql-text-from-values
    other = "DELETE FROM users WHERE id = " + name
    # ok: python.sql-text-from-values
    constant = "SELECT * FROM users" + " WHERE id = ?"
    # ok: python.sql-text-from-values
    words = "Please select one from " + name
    return query, other, constant, words
