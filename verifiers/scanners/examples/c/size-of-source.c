#include <string.h>

void copy(const char *text) {
    char buffer[16];
    // ruleid: c.size-of-source
    strncpy(buffer, text, strlen(text));
    // ruleid: c.size-of-source
    memcpy(buffer, text, strlen(text) + 1);
    // ok: c.size-of-source
    strncpy(buffer, text, sizeof(buffer) - 1);
}
