#include <stdlib.h>

void read(char **argv) {
    int n = atoi(argv[1]);
    // ruleid: c.number-without-check
    values[n] = 1;
    // ruleid: c.number-without-check
    char *a = malloc(atoi(argv[1]));
}

void read_safely(char **argv) {
    int n = atoi(argv[1]);
    if (n < 0 || n >= 10)
        return;
    // ok: c.number-without-check
    values[n] = 1;
}
