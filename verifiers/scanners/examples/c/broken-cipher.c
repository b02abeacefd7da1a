#include <openssl/evp.h>

void encrypt(EVP_CIPHER_CTX *ctx) {
    // ruleid: c.broken-cipher
    EVP_EncryptInit_ex(ctx, EVP_des_cbc(), NULL, key, iv);
    // ruleid: c.broken-cipher
    EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL);
    // ok: c.broken-cipher
    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, iv);
}
