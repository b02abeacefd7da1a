import javax.net.ssl.*;

class TrustAll implements X509TrustManager {
    // ruleid: java.tls-verification-off
    public void checkServerTrusted(X509Certificate[] chain, String type) {
    }

    void open(HttpsURLConnection connection) {
        // ruleid: java.tls-verification-off
        connection.setHostnameVerifier((host, session) -> true);
        // ok: java.tls-verification-off
        connection.setHostnameVerifier(strict);
    }
}

class Strict {
    // ok: java.tls-verification-off
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        inner.checkServerTrusted(chain, type);
    }
}
