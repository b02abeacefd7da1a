#include <stdlib.h>
#include <string.h>

void clear(char *buffer) {
    // ruleid: c.size-of-pointer
    memset(buffer, 0, sizeof(buffer));
}

void make(void) {
    char buffer[32];
    // ok: c.size-of-pointer
    memset(buffer, 0, sizeof(buffer));
}
