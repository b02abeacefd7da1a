import jwt


def read(token, key):
    # ruleid: python.jwt-not-verified
    jwt.decode(token, options={"verify_signature": False})
    # ruleid: python.jwt-not-verified
    jwt.decode(token, key, algorithms=["none"])
    # ok: python.jwt-not-verified
    jwt.decode(token, key, algorithms=["HS256"])
