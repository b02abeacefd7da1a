#include <string.h>

void forget(char *password, char *line) {
    // ruleid: c.secret-left-in-memory
    memset(password, 0, 32);
    // ok: c.secret-left-in-memory
    explicit_bzero(password, 32);
    // ok: c.secret-left-in-memory
    memset(line, 0, 32);
}
