#include <alloca.h>

void take(int size) {
    // ruleid: c.alloca-of-input
    char *a = alloca(size);
    // ok: c.alloca-of-input
    char *b = alloca(64);
    // ok: c.alloca-of-input
    char *c = malloc(size);
}
