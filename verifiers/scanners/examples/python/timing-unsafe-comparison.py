import hmac


def check(signature, expected, name):
    # ruleid: python.timing-unsafe-comparison
    if signature == expected:
        return True
    # ok: python.timing-unsafe-comparison
    if name == expected:
        return False
    # ok: python.timing-unsafe-comparison
    return hmac.compare_digest(signature, expected)
