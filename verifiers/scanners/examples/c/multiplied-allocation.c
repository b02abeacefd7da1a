#include <stdlib.h>

int *make(int count) {
    // ruleid: c.multiplied-allocation
    return malloc(count * sizeof(int));
}

int *make_safely(size_t count) {
    // ok: c.multiplied-allocation
    return calloc(count, sizeof(int));
}

int *checked(size_t count) {
    if (count > 1000)
        return NULL;
    // ok: c.multiplied-allocation
    return malloc(count * sizeof(int));
}
