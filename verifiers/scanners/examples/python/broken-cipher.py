from Crypto.Cipher import AES, ARC4, DES
from cryptography.hazmat.primitives.ciphers import algorithms


def encrypt(key):
    # ruleid: python.broken-cipher
    DES.new(key, DES.MODE_CBC)
    # ruleid: python.broken-cipher
    ARC4.new(key)
    # ruleid: python.broken-cipher
    algorithms.TripleDES(key)
    # ok: python.broken-cipher
    AES.new(key, AES.MODE_GCM)
    # ok: python.broken-cipher
    algorithms.AES(key)
