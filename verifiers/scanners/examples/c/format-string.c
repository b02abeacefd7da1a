#include <stdio.h>

void show(const char *text) {
    // ruleid: c.format-string
    printf(text);
    // ruleid: c.format-string
    fprintf(stderr, text);
    // ok: c.format-string
    printf("%s", text);
    // ok: c.format-string
    printf("done\n");
    // ok: c.format-string
    printf(USAGE);
}
