from flask import request


def login(users):
    # ruleid: python.nosql-injection
    users.find_one(request.json)
    # ruleid: python.nosql-injection
    users.find_one({"name": request.form["name"], "password": request.json["password"]})
    # ok: python.nosql-injection
    users.find_one({"name": str(request.form["name"])})
    # ok: python.nosql-injection
    users.find_one({"name": "root"})
