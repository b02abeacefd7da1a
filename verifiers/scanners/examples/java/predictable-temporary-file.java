class Temporary {
    void write() throws Exception {
        // ruleid: java.predictable-temporary-file
        new FileWriter("/tmp/data.txt");
        // ok: java.predictable-temporary-file
        Files.createTempFile("data", ".txt");
    }
}
