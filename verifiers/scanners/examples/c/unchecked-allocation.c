#include <stdlib.h>

void use(void) {
    // ruleid: c.unchecked-allocation
    char *a = malloc(10);
    a[0] = 'x';
}

void use_safely(void) {
    // ok: c.unchecked-allocation
    char *a = malloc(10);
    if (a == NULL)
        return;
    a[0] = 'x';
}
