import os
from pathlib import Path

from flask import Flask, request, send_file
from werkzeug.utils import secure_filename

app = Flask(__name__)
BASE = Path("/srv/files")


@app.route("/files/<name>")
def show(name):
    # ruleid: python.path-traversal
    return open(os.path.join("/srv/files", name)).read()


@app.route("/remove")
def remove():
    name = request.args.get("name")
    # ruleid: python.path-traversal
    os.remove("/srv/files/" + name)
    # ok: python.path-traversal
    os.remove("/srv/files/" + secure_filename(name))
    # ok: python.path-traversal
    os.remove(os.path.join("/srv/files", os.path.basename(name)))
    return "done"


@app.route("/download")
def download():
    path = (BASE / request.args["name"]).resolve()
    if not path.is_relative_to(BASE):
        raise PermissionError(path)
    # ok: python.path-traversal
    return send_file(path)


@app.route("/pages/<int:number>")
def page(number: int):
    # ok: python.path-traversal
    return open(f"/srv/pages/{number}.html").read()
