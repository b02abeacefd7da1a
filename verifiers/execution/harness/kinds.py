"""The builtin types that travel by value, by what they are to the codec."""

from __future__ import annotations

import collections
from typing import Any

SCALARS = frozenset((type(None), bool, int, float, str))
BUILTIN_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice,
        object, type(None), type(Ellipsis), type(NotImplemented), map, filter, zip, enumerate, reversed,
        memoryview, property, staticmethod, classmethod, type, super,
    )
}  # fmt: skip
TYPE_NAMES = {kind: name for name, kind in BUILTIN_TYPES.items()}
FACTORIES: dict[str, type] = {"list": list, "int": int, "dict": dict, "set": set, "str": str, "float": float,
                              "tuple": tuple, "bool": bool}  # fmt: skip
_NONE: dict[Any, Any] = {}
KEYS, VALUES, ITEMS = type(_NONE.keys()), type(_NONE.values()), type(_NONE.items())
MUTABLE = frozenset((list, dict, set, bytearray, collections.deque, collections.OrderedDict,
                     collections.Counter, collections.defaultdict))  # fmt: skip
VALUE_BASES = (int, float, complex, str, bytes, tuple, frozenset)
MUTABLE_BASES = (list, dict, set, bytearray, collections.deque)
