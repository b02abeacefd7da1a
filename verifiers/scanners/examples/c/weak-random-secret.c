#include <stdlib.h>

void generate_token(char *out) {
    // ruleid: c.weak-random-secret
    out[0] = 'a' + rand() % 26;
}

int dice(void) {
    // ok: c.weak-random-secret
    return rand() % 6;
}
