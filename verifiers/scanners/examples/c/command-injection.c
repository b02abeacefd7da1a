#include <stdlib.h>

void list(const char *folder) {
    char command[256];
    snprintf(command, sizeof command, "ls %s", folder);
    // ruleid: c.command-injection
    system(command);
    // ruleid: c.command-injection
    FILE *out = popen(command, "r");
    // ok: c.command-injection
    system("ls -l");
    // ok: c.command-injection
    execl("/bin/ls", "ls", folder, NULL);
}
