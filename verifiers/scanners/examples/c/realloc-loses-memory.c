#include <stdlib.h>

void grow(char *text) {
    // ruleid: c.realloc-loses-memory
    text = realloc(text, 100);
    // ok: c.realloc-loses-memory
    char *larger = realloc(text, 100);
}
