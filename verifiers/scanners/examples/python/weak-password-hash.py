import hashlib
import os


def store(password, data):
    # ruleid: python.weak-password-hash
    hashlib.sha256(password.encode()).hexdigest()
    # ruleid: python.weak-password-hash
    hashlib.md5(password.encode("utf-8"))
    hasher = hashlib.sha512()
    # ok: python.weak-password-hash
    hashlib.sha256(data).hexdigest()
    # ok: python.weak-password-hash
    hashlib.scrypt(password.encode(), salt=os.urandom(16), n=2**14, r=8, p=1)
