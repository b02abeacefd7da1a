#include <stdlib.h>
#include <string.h>

char *copy(const char *text) {
    // ruleid: c.text-without-room
    char *out = malloc(strlen(text));
    strcpy(out, text);
    return out;
}

char *copy_safely(const char *text) {
    // ok: c.text-without-room
    char *out = malloc(strlen(text) + 1);
    strcpy(out, text);
    return out;
}
