class Json {
    void set(ObjectMapper mapper) {
        // ruleid: java.polymorphic-json
        mapper.enableDefaultTyping();
        // ok: java.polymorphic-json
        mapper.registerModule(module);
    }
}
