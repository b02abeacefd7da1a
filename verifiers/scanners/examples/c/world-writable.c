#include <sys/stat.h>

void write(void) {
    // ruleid: c.world-writable
    chmod("out", 0777);
    // ruleid: c.world-writable
    open("out", O_CREAT | O_WRONLY, 0666);
    // ok: c.world-writable
    chmod("out", 0600);
}
