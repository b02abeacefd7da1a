from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import modes


def encrypt(key, nonce):
    # ruleid: python.ecb-mode
    AES.new(key, AES.MODE_ECB)
    # ruleid: python.ecb-mode
    modes.ECB()
    # ok: python.ecb-mode
    AES.new(key, AES.MODE_GCM)
    # ok: python.ecb-mode
    modes.GCM(nonce)
