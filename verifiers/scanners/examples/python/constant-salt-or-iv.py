import hashlib
import os

from Crypto.Cipher import AES


def derive(password, key):
    # ruleid: python.constant-salt-or-iv
    hashlib.pbkdf2_hmac("sha256", password, b"salt", 600_000)
    # ruleid: python.constant-salt-or-iv
    AES.new(key, AES.MODE_CBC, b"0123456789abcdef")
    # ok: python.constant-salt-or-iv
    hashlib.pbkdf2_hmac("sha256", password, os.urandom(16), 600_000)
    # ok: python.constant-salt-or-iv
    AES.new(key, AES.MODE_CBC, os.urandom(16))
