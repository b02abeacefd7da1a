void read(float *value) {
    // ruleid: cpp.casted-memory
    int *bits = reinterpret_cast<int *>(value);
    // ok: cpp.casted-memory
    int number = static_cast<int>(*value);
}
