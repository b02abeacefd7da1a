from flask import request


def create(user):
    # ruleid: python.mass-assignment
    User(**request.json)
    fields = request.form
    # ruleid: python.mass-assignment
    for key, value in request.form.items():
        setattr(user, key, value)
    # ok: python.mass-assignment
    User(name=request.json["name"])
