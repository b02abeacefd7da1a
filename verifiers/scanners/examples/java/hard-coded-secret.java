class Settings {
    // ruleid: java.hard-coded-secret
    private static final String PASSWORD = "hunter2hunter2";
    // ruleid: java.hard-coded-secret
    String apiKey = "q8ZJ3kP0vB7x";
    // ok: java.hard-coded-secret
    String secret = System.getenv("SECRET");
    // ok: java.hard-coded-secret
    String passwordText = "Please enter a password of eight letters";
    // ok: java.hard-coded-secret
    static final String DB_PASSWORD = "db.password";
}
