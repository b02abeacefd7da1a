void make(int n) {
    int *values = new int[n];
    // ruleid: cpp.delete-of-array
    delete values;
}

void make_safely(int n) {
    int *values = new int[n];
    // ok: cpp.delete-of-array
    delete[] values;
}
