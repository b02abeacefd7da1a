#include <string.h>

void copy(char *target, const char *source) {
    // ruleid: c.old-text-function
    strcpy(target, source);
    // ok: c.old-text-function
    strlcpy(target, source, 10);
}
