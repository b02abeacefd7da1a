import java.net.*;

class Proxy {
    void get(HttpServletRequest request) throws Exception {
        // ruleid: java.server-side-request-forgery
        new URL(request.getParameter("url")).openStream();
        // ok: java.server-side-request-forgery
        new URL("https://example.org/users/" + request.getParameter("id")).openStream();
    }
}
