#include <stdio.h>

void read_name(char *name, size_t size) {
    char line[80];
    // ruleid: c.gets
    gets(line);
    // ok: c.gets
    fgets(line, sizeof line, stdin);
}
