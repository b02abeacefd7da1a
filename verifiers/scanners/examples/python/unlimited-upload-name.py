import os

from flask import request
from werkzeug.utils import secure_filename


def upload():
    file = request.files["file"]
    # ruleid: python.unlimited-upload-name
    file.save(os.path.join("/srv", file.filename))
    # ok: python.unlimited-upload-name
    file.save(os.path.join("/srv", secure_filename(file.filename)))
    # ok: python.unlimited-upload-name
    file.save("/srv/upload.bin")
