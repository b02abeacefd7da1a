import html

from flask import Flask, jsonify, make_response, redirect, render_template, request

app = Flask(__name__)


@app.route("/hello")
def hello():
    name = request.args.get("name")
    if name == "x":
        # ruleid: python.cross-site-scripting
        return make_response("<h1>" + name + "</h1>")
    if name == "y":
        # ok: python.cross-site-scripting
        return jsonify({"name": name})
    if name == "z":
        # ok: python.cross-site-scripting
        return render_template("hello.html", name=name)
    # ruleid: python.cross-site-scripting
    return f"<h1>Hello {name}</h1>"


@app.route("/hello/<name>")
def hello_again(name):
    if name == "x":
        # ok: python.cross-site-scripting
        return f"<h1>{html.escape(name)}</h1>"
    # ruleid: python.cross-site-scripting
    return "<h1>Hello %s</h1>" % name


@app.route("/count/<int:number>")
def count(number: int):
    # ok: python.cross-site-scripting
    return f"<h1>{number}</h1>"
