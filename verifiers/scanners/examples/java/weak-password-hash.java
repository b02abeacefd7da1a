import java.security.*;

class Passwords {
    byte[] hash(String password, String text) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        // ruleid: java.weak-password-hash
        byte[] weak = digest.digest(password.getBytes());
        // ok: java.weak-password-hash
        return digest.digest(text.getBytes());
    }
}
