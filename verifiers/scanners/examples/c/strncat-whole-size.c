#include <string.h>

void add(const char *text) {
    char buffer[16] = "";
    // ruleid: c.strncat-whole-size
    strncat(buffer, text, sizeof(buffer));
    // ruleid: c.strncat-whole-size
    strncat(buffer, text, sizeof(buffer) - strlen(buffer));
    // ok: c.strncat-whole-size
    strncat(buffer, text, sizeof(buffer) - strlen(buffer) - 1);
}
