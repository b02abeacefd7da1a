class Store {
    void open() throws Exception {
        // ruleid: java.constant-database-password
        DriverManager.getConnection("jdbc:postgresql://db/app", "app", "hunter2");
        // ok: java.constant-database-password
        DriverManager.getConnection("jdbc:postgresql://db/app", "app", System.getenv("PASSWORD"));
        // ok: java.constant-database-password
        DriverManager.getConnection("jdbc:h2:mem:test", "sa", "");
    }
}
