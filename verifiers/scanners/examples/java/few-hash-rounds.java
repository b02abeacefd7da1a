class Rounds {
    void make(char[] password, byte[] salt) {
        // ruleid: java.few-hash-rounds
        new PBEKeySpec(password, salt, 1000, 256);
        // ruleid: java.few-hash-rounds
        new BCryptPasswordEncoder(4);
        // ok: java.few-hash-rounds
        new PBEKeySpec(password, salt, 600000, 256);
        // ok: java.few-hash-rounds
        new BCryptPasswordEncoder();
    }
}
