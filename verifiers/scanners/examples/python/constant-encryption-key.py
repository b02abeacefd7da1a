import os

import jwt
from cryptography.fernet import Fernet
from Crypto.Cipher import AES


def seal(claims, nonce):
    # ruleid: python.constant-encryption-key
    AES.new(b"0123456789abcdef", AES.MODE_GCM)
    # ruleid: python.constant-encryption-key
    Fernet(b"cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")
    # ruleid: python.constant-encryption-key
    jwt.encode(claims, "hunter2hunter2", algorithm="HS256")
    # ok: python.constant-encryption-key
    AES.new(os.environ["KEY"].encode(), AES.MODE_GCM)
    # ok: python.constant-encryption-key
    jwt.encode(claims, os.environ["KEY"], algorithm="HS256")
