class Origins {
    void set(HttpServletResponse response) {
        // ruleid: java.any-origin
        response.setHeader("Access-Control-Allow-Origin", "*");
        // ok: java.any-origin
        response.setHeader("Access-Control-Allow-Origin", "https://example.org");
    }
}
