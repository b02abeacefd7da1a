import re

from flask import request


def search(text):
    # ruleid: python.regex-from-input
    re.search(request.args["q"], text)
    # ok: python.regex-from-input
    re.search(re.escape(request.args["q"]), text)
    # ok: python.regex-from-input
    re.search(r"\d+", text)
