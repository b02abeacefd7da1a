import re


def prepare(text):
    # ruleid: python.compiled-code
    compile(text, "name", "exec")
    # ok: python.compiled-code
    compile("1 + 1", "name", "eval")
    # ok: python.compiled-code
    re.compile(text)
