import json
import pickle
from pickle import loads

import dill


def read(data, stream):
    # ruleid: python.unsafe-pickle
    pickle.loads(data)
    # ruleid: python.unsafe-pickle
    pickle.load(stream)
    # ruleid: python.unsafe-pickle
    loads(data)
    # ruleid: python.unsafe-pickle
    dill.load(stream)
    # ok: python.unsafe-pickle
    json.loads(data)
    # ok: python.unsafe-pickle
    pickle.dumps(data)
    # ok: python.unsafe-pickle
    pickle.loads(pickle.dumps(data))
