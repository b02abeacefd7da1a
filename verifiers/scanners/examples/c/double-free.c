#include <stdlib.h>

void twice(char *text) {
    // ruleid: c.double-free
    free(text);
    log_it();
    free(text);
}

void once(char *text) {
    // ok: c.double-free
    free(text);
    text = NULL;
    free(text);
}
