#include <sys/stat.h>

void set(void) {
    // ruleid: c.permissive-umask
    umask(0);
    // ok: c.permissive-umask
    umask(077);
}
