import ast
import builtins


def calculate(text):
    # ruleid: python.code-injection
    eval(text)
    # ruleid: python.code-injection
    exec(f"x = {text}")
    # ruleid: python.code-injection
    builtins.eval(text)
    # ruleid: python.code-injection
    eval(text, {"__builtins__": {}})
    prefix = "1 + "
    # ruleid: python.code-injection
    eval(prefix + text)
    # ok: python.code-injection
    eval("1 + 1")
    # ok: python.code-injection
    ast.literal_eval(text)
    # ok: python.code-injection
    model.eval()
    # ok: python.code-injection
    frame.eval("a + b")
