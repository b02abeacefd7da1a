#include <stdlib.h>

void read(const char *text) {
    // ruleid: c.atoi
    int a = atoi(text);
    // ok: c.atoi
    long b = strtol(text, &end, 10);
}
