#include <string.h>

struct user {
    char name[16];
};

void set(struct user *user, const char *text) {
    char buffer[16];
    // ruleid: c.strcpy-into-array
    strcpy(buffer, text);
    // ruleid: c.strcpy-into-array
    strcat(buffer, text);
    // ruleid: c.strcpy-into-array
    strcpy(user->name, text);
    // ok: c.strcpy-into-array
    strcpy(buffer, "fixed");
    // ok: c.strcpy-into-array
    snprintf(buffer, sizeof buffer, "%s", text);
}

void checked(const char *text) {
    char buffer[16];
    if (strlen(text) >= sizeof buffer)
        return;
    // ok: c.strcpy-into-array
    strcpy(buffer, text);
}

void grown(struct user *user, const char *text) {
    user->name = malloc(strlen(text) + 1);
    // ok: c.strcpy-into-array
    strcpy(user->name, text);
}
