class Permissions {
    void set(File file) {
        // ruleid: java.world-writable
        file.setWritable(true, false);
        // ruleid: java.world-writable
        PosixFilePermissions.fromString("rwxrwxrwx");
        // ok: java.world-writable
        file.setWritable(true, true);
        // ok: java.world-writable
        PosixFilePermissions.fromString("rw-------");
    }
}
