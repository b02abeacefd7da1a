char *name(void) {
    // ruleid: c.returned-stack-address
    char buffer[32];
    fill(buffer);
    return buffer;
}

char *fixed(void) {
    // ok: c.returned-stack-address
    static char buffer[32];
    fill(buffer);
    return buffer;
}
