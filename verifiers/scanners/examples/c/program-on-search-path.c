#include <unistd.h>

void run(void) {
    // ruleid: c.program-on-search-path
    execlp("ls", "ls", NULL);
    // ok: c.program-on-search-path
    execl("/bin/ls", "ls", NULL);
}
