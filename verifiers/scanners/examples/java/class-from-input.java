class Plugins {
    void get(HttpServletRequest request) throws Exception {
        // ruleid: java.class-from-input
        Class.forName(request.getParameter("type"));
        // ok: java.class-from-input
        Class.forName("org.example.Known");
    }
}
