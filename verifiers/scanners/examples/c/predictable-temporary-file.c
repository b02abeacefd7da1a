#include <stdlib.h>

void write(char *name) {
    // ruleid: c.predictable-temporary-file
    tmpnam(name);
    // ruleid: c.predictable-temporary-file
    fopen("/tmp/data", "w");
    // ok: c.predictable-temporary-file
    mkstemp(name);
}
