import os

from flask import send_file
from werkzeug.utils import secure_filename


def serve(name):
    # ruleid: python.static-file-from-parameter
    return send_file(os.path.join("/srv", name))


def serve_checked(name):
    # ok: python.static-file-from-parameter
    return send_file(os.path.join("/srv", secure_filename(name)))


def serve_logo():
    # ok: python.static-file-from-parameter
    return send_file("/srv/logo.png")
