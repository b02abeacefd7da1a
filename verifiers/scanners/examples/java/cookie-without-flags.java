class Cookies {
    void set(Cookie cookie) {
        // ruleid: java.cookie-without-flags
        cookie.setHttpOnly(false);
        // ruleid: java.cookie-without-flags
        cookie.setSecure(false);
        // ok: java.cookie-without-flags
        cookie.setHttpOnly(true);
    }
}
