"""Names of special methods: which are carried, and what an answer must be to be believed."""

from __future__ import annotations

COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
_ARITHMETIC = ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift",
               "rshift", "and", "xor", "or")  # fmt: skip
BINARY = frozenset(
    f"__{prefix}{name}__"
    for name in _ARITHMETIC
    for prefix in ("", "r", "i")
    if f"{prefix}{name}" != "idivmod"
)
UNARY = ("__neg__", "__pos__", "__abs__", "__invert__", "__round__", "__trunc__", "__floor__", "__ceil__")
CONTAINER = ("__getitem__", "__setitem__", "__delitem__", "__iter__", "__next__", "__reversed__",
             "__missing__")  # fmt: skip
PROTOCOL = ("__call__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__aiter__", "__anext__",
            "__fspath__", "__class_getitem__", "__dir__", "__get__", "__set__")  # fmt: skip
EXACT: dict[str, type] = {
    "__bool__": bool, "__len__": int, "__length_hint__": int, "__hash__": int, "__contains__": bool,
    "__str__": str, "__repr__": str, "__format__": str, "__bytes__": bytes, "__int__": int,
    "__index__": int, "__float__": float, "__complex__": complex,
}  # fmt: skip
CARRIED = frozenset((*BINARY, *UNARY, *CONTAINER, *PROTOCOL, *EXACT))
# On an object that travels as a copy of a builtin value these always are the judge's own: answering them
# falsely is how an object passes itself off as the expected value.
OWN_ON_COPIES = frozenset(
    (*COMPARISONS, *BINARY, *UNARY, "__bool__", "__len__", "__hash__", "__contains__", "__int__", "__index__",
     "__float__", "__complex__", "__iter__", "__getitem__", "__reversed__", "__bytes__")
)  # fmt: skip
CLASS_SPECIALS = ("__iter__", "__len__", "__getitem__", "__contains__", "__reversed__")
