#include <unistd.h>

void receive(int fd) {
    char buffer[64];
    // ruleid: c.read-fills-buffer
    ssize_t n = read(fd, buffer, sizeof(buffer));
    buffer[n] = '\0';
}

void receive_safely(int fd) {
    char buffer[64];
    // ok: c.read-fills-buffer
    ssize_t n = read(fd, buffer, sizeof(buffer) - 1);
    buffer[n] = '\0';
}
