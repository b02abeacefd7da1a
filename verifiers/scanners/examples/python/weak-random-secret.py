import random
import secrets
import string


def generate_password(length):
    # ruleid: python.weak-random-secret
    return "".join(random.choice(string.ascii_letters) for _ in range(length))


def make():
    # ruleid: python.weak-random-secret
    session_token = random.getrandbits(128)
    # ruleid: python.weak-random-secret
    otp = random.randint(100000, 999999)
    # ok: python.weak-random-secret
    api_key = secrets.token_hex(16)
    # ok: python.weak-random-secret
    dice = random.randint(1, 6)
    return session_token, otp, api_key, dice
