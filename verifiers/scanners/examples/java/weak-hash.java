class Hashes {
    void make() throws Exception {
        // ruleid: java.weak-hash
        MessageDigest.getInstance("MD5");
        // ruleid: java.weak-hash
        MessageDigest.getInstance("SHA-1");
        // ok: java.weak-hash
        MessageDigest.getInstance("SHA-256");
    }
}
