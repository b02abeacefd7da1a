import javax.crypto.spec.*;

class Keys {
    private static final String KEY = "0123456789abcdef";

    void make(byte[] key, byte[] iv) {
        // ruleid: java.constant-key-or-iv
        new SecretKeySpec("0123456789abcdef".getBytes(), "AES");
        // ruleid: java.constant-key-or-iv
        new SecretKeySpec(KEY.getBytes(), "AES");
        // ruleid: java.constant-key-or-iv
        new IvParameterSpec(new byte[16]);
        // ok: java.constant-key-or-iv
        new SecretKeySpec(key, "AES");
        // ok: java.constant-key-or-iv
        new IvParameterSpec(iv);
    }
}
