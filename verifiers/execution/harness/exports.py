"""What the candidate may do with objects of the tests: call what it was given, and little more.

The candidate names an object by a number it was given and an operation from a short list. Anything else, such
as reading a function's globals, a frame or a module, is refused here, in the judge.
"""

from __future__ import annotations

import inspect
import io
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

from .codec import CodecError

_OPERATIONS: dict[str, Callable[..., Any]] = {
    "__len__": len, "__iter__": iter, "__next__": next, "__getitem__": operator.getitem,
    "__contains__": operator.contains, "__bool__": bool, "__str__": str, "__repr__": repr, "__hash__": hash,
    "__eq__": operator.eq, "__lt__": operator.lt, "__le__": operator.le, "__gt__": operator.gt,
    "__ge__": operator.ge, "__add__": operator.add, "__sub__": operator.sub, "__mul__": operator.mul,
    "__truediv__": operator.truediv, "__mod__": operator.mod, "__neg__": operator.neg, "__abs__": abs,
    "__int__": int, "__float__": float, "__index__": operator.index, "__format__": format,
    "__enter__": lambda value: type(value).__enter__(value),
    "__exit__": lambda value, *args: type(value).__exit__(value, *args),
    "__setitem__": operator.setitem, "__delitem__": operator.delitem, "__reversed__": reversed,
    "__call__": lambda value, *args, **kwargs: value(*args, **kwargs),
}  # fmt: skip
_FORBIDDEN_PREFIXES = ("_", "gi_", "f_", "tb_", "co_", "cr_", "ag_", "func_", "im_", "mro")
_MOCK_CONTROLS = frozenset(
    ("return_value", "side_effect", "configure_mock", "reset_mock", "attach_mock", "mock_calls",
     "method_calls", "call_args", "call_args_list", "call_count", "called", "mock_add_spec")
)  # fmt: skip
_NEVER = (type, types.ModuleType, types.FrameType, types.CodeType, types.TracebackType)
_CALLABLES = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType,
              types.WrapperDescriptorType, types.MethodWrapperType)  # fmt: skip


def _is_mock(value: Any) -> bool:
    return any(kind.__module__ == "unittest.mock" for kind in type(value).__mro__)


class Exports:
    """The objects that the candidate was given, by number.

    Args:
        test_modules: Names of the modules that the tests define; only objects of their classes (and
            in-memory files and mocks) show attributes.
    """

    def __init__(self, test_modules: set[str]) -> None:
        self.test_modules = test_modules
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def add(self, value: Any) -> int:
        """The number of an object, given out for good.

        Raises:
            TypeError: it is of a kind that is never given out.
        """
        if isinstance(value, _NEVER) and not self._is_own_class(value):
            raise TypeError(f"a {type(value).__name__} of the tests cannot be handed to the candidate")
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return self._numbers[id(value)]

    def find(self, number: Any) -> Any:
        """The object of a number.

        Raises:
            CodecError: none was given out under it.
        """
        if type(number) is not int or not 0 <= number < len(self._objects):
            raise CodecError("an object that was never given out")
        return self._objects[number]

    def describe(self, value: Any) -> list[Any]:
        """What the proxy on the other side needs to know: name, special methods, whether it is ``async``."""
        kind: Any = type(value)
        name = getattr(value, "__name__", kind.__name__)
        if isinstance(value, _CALLABLES):
            return [name, ["__call__"], inspect.iscoroutinefunction(value)]
        names = [special for special in _OPERATIONS if callable(getattr(kind, special, None))]
        if self._shows_attributes(value) and "__eq__" in names and kind.__eq__ is object.__eq__:
            names.remove("__eq__")
        if kind.__hash__ is None or kind.__hash__ is object.__hash__:
            names = [special for special in names if special != "__hash__"]
        return [name if type(name) is str else kind.__name__, names, False]

    def perform(self, number: Any, operation: Any, names: Any, args: Any, kwargs: Any) -> Any:
        """Do what the candidate asks of one object.

        Raises:
            AttributeError: it may not be asked that.
            CodecError: the request is malformed.
        """
        value = self.find(number)
        if operation in ("get", "set"):
            if type(names) is not list or len(names) != 1 or type(names[0]) is not str:
                raise CodecError("a malformed request")
            self._check_attribute(value, names[0], operation)
            if operation == "get":
                return getattr(value, names[0])
            return setattr(value, names[0], args[0])
        action = _OPERATIONS.get(operation) if type(operation) is str else None
        if action is None or (operation != "__call__" and not self._may_operate(value)):
            raise AttributeError(f"{type(value).__name__!r} object of the tests does not offer that")
        return action(value, *args, **kwargs)

    def _is_own_class(self, value: Any) -> bool:
        return isinstance(value, type) and value.__module__ in self.test_modules

    def _shows_attributes(self, value: Any) -> bool:
        kind = type(value)
        unittest = sys.modules.get("unittest.case")
        if unittest is not None and isinstance(value, unittest.TestCase):
            return False
        return kind.__module__ in self.test_modules or isinstance(value, io.IOBase) or _is_mock(value)

    def _may_operate(self, value: Any) -> bool:
        return not isinstance(value, (*_CALLABLES, type)) or self._is_own_class(value)

    def _check_attribute(self, value: Any, name: str, operation: str) -> None:
        allowed = self._shows_attributes(value) and not name.startswith(_FORBIDDEN_PREFIXES)
        if _is_mock(value) and (operation == "set" or name in _MOCK_CONTROLS or name.startswith("assert_")):
            allowed = False
        if not allowed:
            raise AttributeError(f"{type(value).__name__!r} object of the tests does not show {name!r}")
