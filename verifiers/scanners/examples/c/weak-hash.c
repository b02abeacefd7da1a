#include <openssl/md5.h>

void hash(unsigned char *data, size_t n, unsigned char *out) {
    // ruleid: c.weak-hash
    MD5(data, n, out);
    // ok: c.weak-hash
    SHA256(data, n, out);
}
