import random
import time


def make_token():
    # ruleid: python.seeded-secret
    random.seed(time.time())
    return secrets.token_hex()


def simulate():
    # ok: python.seeded-secret
    random.seed(1)
