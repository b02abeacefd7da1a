#include <stdio.h>

void greet(const char *name, int number) {
    char line[32];
    // ruleid: c.sprintf-into-array
    sprintf(line, "Hello %s", name);
    // ok: c.sprintf-into-array
    sprintf(line, "%d", number);
    // ok: c.sprintf-into-array
    snprintf(line, sizeof line, "Hello %s", name);
    // ok: c.sprintf-into-array
    sprintf(line, "%.10s", name);
}
