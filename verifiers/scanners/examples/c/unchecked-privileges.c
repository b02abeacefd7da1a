#include <unistd.h>

void drop(void) {
    // ruleid: c.unchecked-privileges
    setuid(1000);
    // ok: c.unchecked-privileges
    if (setuid(1000) != 0)
        abort();
}
