#include <string.h>

void copy(const char *text) {
    char buffer[16];
    // ruleid: c.strncpy-without-end
    strncpy(buffer, text, sizeof(buffer));
    puts(buffer);
}

void ended(const char *text) {
    char buffer[16];
    // ok: c.strncpy-without-end
    strncpy(buffer, text, sizeof(buffer));
    buffer[sizeof(buffer) - 1] = '\0';
}

void shorter(const char *text) {
    char buffer[16] = {0};
    // ok: c.strncpy-without-end
    strncpy(buffer, text, sizeof(buffer) - 1);
}
