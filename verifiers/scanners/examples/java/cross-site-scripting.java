class Page {
    void get(HttpServletRequest request, HttpServletResponse response) throws Exception {
        // ruleid: java.cross-site-scripting
        response.getWriter().println("<h1>" + request.getParameter("name") + "</h1>");
        PrintWriter out = response.getWriter();
        String name = request.getParameter("name");
        // ruleid: java.cross-site-scripting
        out.println("<p>" + name + "</p>");
        // ok: java.cross-site-scripting
        out.println("<p>" + HtmlUtils.htmlEscape(name) + "</p>");
        // ok: java.cross-site-scripting
        out.println("<p>fixed</p>");
    }
}
