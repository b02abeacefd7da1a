class Compare {
    boolean check(byte[] signature, byte[] expected) {
        // ruleid: java.timing-unsafe-comparison
        boolean weak = Arrays.equals(signature, expected);
        // ok: java.timing-unsafe-comparison
        return MessageDigest.isEqual(signature, expected);
    }
}
