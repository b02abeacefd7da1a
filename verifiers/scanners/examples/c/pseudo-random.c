#include <stdlib.h>

void seed(void) {
    // ruleid: c.pseudo-random
    srand(time(NULL));
    // ok: c.pseudo-random
    getrandom(out, 16, 0);
}
