class Out {
    void get(HttpServletRequest request, HttpServletResponse response) throws Exception {
        // ruleid: java.open-redirect
        response.sendRedirect(request.getParameter("next"));
        // ok: java.open-redirect
        response.sendRedirect("/home");
        // ok: java.open-redirect
        response.sendRedirect("/user?id=" + request.getParameter("id"));
    }
}
