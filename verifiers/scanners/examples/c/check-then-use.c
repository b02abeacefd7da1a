#include <unistd.h>

void read(const char *path) {
    // ruleid: c.check-then-use
    if (access(path, R_OK) == 0) {
        FILE *file = fopen(path, "r");
    }
    // ok: c.check-then-use
    FILE *other = fopen(path, "r");
}
