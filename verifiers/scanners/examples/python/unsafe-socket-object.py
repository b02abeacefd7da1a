import base64
import json
import pickle

from flask import request


def serve(connection):
    # ruleid: python.unsafe-socket-object
    pickle.loads(connection.recv(1024))
    # ruleid: python.unsafe-socket-object
    pickle.loads(base64.b64decode(request.cookies["state"]))
    # ok: python.unsafe-socket-object
    json.loads(connection.recv(1024))
