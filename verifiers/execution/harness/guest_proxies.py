"""What the candidate's code holds in place of the tests' objects: calling one asks the judge."""

from __future__ import annotations

import builtins
import collections
from collections.abc import Callable
from typing import Any

Ask = Callable[[int, str, list[Any], tuple[Any, ...], dict[str, Any]], Any]
_BASES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        int,
        float,
        complex,
        str,
        bytes,
        tuple,
        frozenset,
        list,
        dict,
        set,
        bytearray,
        collections.deque,
    )
}


class Proxies:
    """Stand-ins for the judge's objects, one for each.

    Args:
        ask: Sends one request about an object to the judge and waits for the answer.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._made: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._errors: dict[int, int] = {}
        self._error_objects: dict[int, BaseException] = {}

    def number_of(self, value: Any) -> list[Any] | None:
        """The tree that names a proxy to the judge, or None if the value is none."""
        if id(value) in self._numbers:
            return ["j", self._numbers[id(value)]]
        if id(value) in self._errors:
            return ["xj", self._errors[id(value)]]
        return None

    def object(self, number: int, description: Any, base: str | None, plain: Any) -> Any:
        """The proxy for one object."""
        if number in self._made:
            return self._made[number]
        name, specials, is_async = description
        if specials == ["__call__"]:
            made: Any = self._function(number, name, is_async)
        else:
            made = self._instance(number, name, specials, base, plain)
        self._made[number] = made
        self._numbers[id(made)] = number
        return made

    def exception(self, number: int, name: str, base: str, args: tuple[Any, ...]) -> BaseException:
        """An exception that stands for one of the judge's, caught here as its builtin base."""
        found = self._error_objects.get(number)
        if found is not None and found.args == args and type(found).__name__ == name:
            return found
        parent: Any = getattr(builtins, base, None) if base else BaseException
        kind: Any = parent if name == base else type(name, (parent,), {})
        made: BaseException = kind.__new__(kind, *args)
        made.args = args
        self._error_objects[number] = made
        self._errors[id(made)] = number
        return made

    def _function(self, number: int, name: str, is_async: bool) -> Any:
        ask = self._ask

        def proxy(*args: Any, **kwargs: Any) -> Any:
            return ask(number, "__call__", [], args, kwargs)

        async def async_proxy(*args: Any, **kwargs: Any) -> Any:
            return ask(number, "__call__", [], args, kwargs)

        if is_async:
            proxy = async_proxy
        proxy.__name__ = proxy.__qualname__ = name
        proxy.__doc__ = None
        return proxy

    def _instance(self, number: int, name: str, specials: list[str], base: str | None, plain: Any) -> Any:
        ask = self._ask

        def forward(special: str) -> Callable[..., Any]:
            def method(self: Any, *args: Any, **kwargs: Any) -> Any:
                return ask(number, special, [], args, kwargs)

            method.__name__ = special
            return method

        def get(self: Any, attribute: str) -> Any:
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            return ask(number, "get", [attribute], (), {})

        def put(self: Any, attribute: str, value: Any) -> None:
            ask(number, "set", [attribute], (value,), {})

        space: dict[str, Any] = {"__getattr__": get, "__setattr__": put, "__name__": name}
        if base is None:
            space.update({special: forward(special) for special in specials})
            if "__eq__" in space and "__hash__" not in space:
                space["__hash__"] = object.__hash__
            return object.__new__(type(name, (), space))
        parent: Any = _BASES[base]
        kind: Any = type(name, (parent,), space)
        if parent in (list, dict, set, bytearray, collections.deque):
            made = kind.__new__(kind)
            (parent.update if parent in (dict, set) else parent.extend)(made, plain)
            return made
        return parent.__new__(kind, plain)
