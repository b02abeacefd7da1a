import json

import jsonpickle


def read(text):
    # ruleid: python.unsafe-jsonpickle
    jsonpickle.decode(text)
    # ok: python.unsafe-jsonpickle
    jsonpickle.encode(text)
    # ok: python.unsafe-jsonpickle
    json.loads(text)
