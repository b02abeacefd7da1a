import javax.crypto.*;

class Ciphers {
    void make() throws Exception {
        // ruleid: java.broken-cipher
        Cipher.getInstance("AES");
        // ruleid: java.broken-cipher
        Cipher.getInstance("AES/ECB/PKCS5Padding");
        // ruleid: java.broken-cipher
        Cipher.getInstance("DES/CBC/PKCS5Padding");
        // ok: java.broken-cipher
        Cipher.getInstance("AES/GCM/NoPadding");
        // ok: java.broken-cipher
        KeyGenerator.getInstance("AES");
    }
}
