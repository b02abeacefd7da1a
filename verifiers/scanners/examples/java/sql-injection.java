import java.sql.*;

class Store {
    static final String TABLE = "users";

    ResultSet find(Connection connection, String name, int age) throws SQLException {
        Statement statement = connection.createStatement();
        // ruleid: java.sql-injection
        statement.executeQuery("SELECT * FROM users WHERE name = '" + name + "'");
        String sql = "DELETE FROM users WHERE name = '" + name + "'";
        // ruleid: java.sql-injection
        statement.executeUpdate(sql);
        // ruleid: java.sql-injection
        statement.execute(String.format("SELECT * FROM users WHERE name = '%s'", name));
        // ruleid: java.sql-injection
        connection.prepareStatement("SELECT * FROM users WHERE name = '" + name + "' AND age > ?");
        StringBuilder builder = new StringBuilder("SELECT * FROM users WHERE 1 = 1");
        builder.append(" AND name = '").append(name);
        builder.append(name);
        // ruleid: java.sql-injection
        statement.executeQuery(builder.toString());
        // ok: java.sql-injection
        statement.executeQuery("SELECT * FROM " + TABLE);
        // ok: java.sql-injection
        statement.executeQuery("SELECT * FROM users WHERE age = " + age);
        // ok: java.sql-injection
        PreparedStatement safe = connection.prepareStatement("SELECT * FROM users " + "WHERE name = ?");
        safe.setString(1, name);
        return safe.executeQuery();
    }
}
