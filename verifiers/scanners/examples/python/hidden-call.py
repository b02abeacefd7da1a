import base64
import os


def run(text):
    # ruleid: python.hidden-call
    getattr(__builtins__, "eval")(text)
    # ruleid: python.hidden-call
    __import__("os").system(text)
    # ruleid: python.hidden-call
    exec(base64.b64decode(text))
    # ruleid: python.hidden-call
    ().__class__.__base__
    # ok: python.hidden-call
    getattr(text, "upper")()
    # ok: python.hidden-call
    os.getcwd()
