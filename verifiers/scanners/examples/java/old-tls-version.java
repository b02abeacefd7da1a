class Contexts {
    void make() throws Exception {
        // ruleid: java.old-tls-version
        SSLContext.getInstance("SSLv3");
        // ok: java.old-tls-version
        SSLContext.getInstance("TLSv1.3");
    }
}
