class Page {
    void get(HttpServletRequest request) {
        // ruleid: java.log-injection
        logger.info("user " + request.getParameter("name"));
        // ok: java.log-injection
        logger.info("user " + request.getParameter("name").replaceAll("[\r\n]", "_"));
    }
}
