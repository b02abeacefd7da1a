void fill(void) {
    int values[10];
    // ruleid: c.loop-past-end
    for (int i = 0; i <= 10; i++) {
        values[i] = 0;
    }
    // ok: c.loop-past-end
    for (int i = 0; i < 10; i++) {
        values[i] = 0;
    }
}
