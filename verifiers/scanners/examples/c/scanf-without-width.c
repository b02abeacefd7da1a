#include <stdio.h>

void ask(const char *text) {
    char name[32];
    // ruleid: c.scanf-without-width
    scanf("%s", name);
    // ruleid: c.scanf-without-width
    sscanf(text, "%[^,]", name);
    // ok: c.scanf-without-width
    scanf("%31s", name);
    // ok: c.scanf-without-width
    scanf("%d", &number);
}
