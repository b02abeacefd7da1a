import importlib

from flask import request

HANDLERS = {"a": print}


def call():
    name = request.args["name"]
    # ruleid: python.untrusted-import
    importlib.import_module(name)
    # ruleid: python.untrusted-import
    globals()[name]()
    # ruleid: python.untrusted-import
    getattr(handlers, name)()
    # ok: python.untrusted-import
    importlib.import_module("json")
    # ok: python.untrusted-import
    HANDLERS[name]()
