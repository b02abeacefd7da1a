class Hidden {
    void run() throws Exception {
        // ruleid: java.hidden-call
        Class<?> type = Class.forName("java.lang.Runtime");
        // ruleid: java.hidden-call
        Class.forName("java.lang." + "Runtime");
        // ok: java.hidden-call
        Class.forName("org.postgresql.Driver");
    }
}
