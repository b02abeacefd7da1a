// ruleid: c.hard-coded-secret
const char *password = "hunter2hunter2";

int login(const char *password) {
    // ruleid: c.hard-coded-secret
    if (strcmp(password, "letmein99") == 0)
        return 1;
    // ok: c.hard-coded-secret
    if (strcmp(password, stored) == 0)
        return 1;
    return 0;
}
