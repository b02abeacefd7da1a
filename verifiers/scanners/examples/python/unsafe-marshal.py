import marshal


def read(data):
    # ruleid: python.unsafe-marshal
    marshal.loads(data)
    # ok: python.unsafe-marshal
    marshal.dumps(data)
