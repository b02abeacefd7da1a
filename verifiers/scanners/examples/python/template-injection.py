import jinja2
from flask import render_template_string, request


def greet():
    name = request.args["name"]
    # ruleid: python.template-injection
    render_template_string("<h1>Hi " + name + "</h1>")
    # ruleid: python.template-injection
    render_template_string(f"<h1>Hi {name}</h1>")
    # ruleid: python.template-injection
    jinja2.Template(name)
    # ok: python.template-injection
    render_template_string("<h1>Hi {{ name }}</h1>", name=name)
    # ok: python.template-injection
    jinja2.Template("<h1>Hi {{ name }}</h1>").render(name=name)
