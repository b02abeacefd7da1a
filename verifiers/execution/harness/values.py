"""Value types of the standard library that travel by value; each module is only imported when it is met."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

State = tuple[Any, ...]


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _datetime_state(value: Any) -> State:
    return (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond,
            value.tzinfo, value.fold)  # fmt: skip


def _time_state(value: Any) -> State:
    return (value.hour, value.minute, value.second, value.microsecond, value.tzinfo, value.fold)


def _one(convert: Callable[[Any], Any] = str) -> Callable[[Any], State]:
    return lambda value: (convert(value),)


_WRITERS: dict[tuple[str, str], Callable[[Any], State]] = {
    ("decimal", "Decimal"): _one(),
    ("fractions", "Fraction"): lambda value: (value.numerator, value.denominator),
    ("datetime", "date"): lambda value: (value.year, value.month, value.day),
    ("datetime", "datetime"): _datetime_state,
    ("datetime", "time"): _time_state,
    ("datetime", "timedelta"): lambda value: (value.days, value.seconds, value.microseconds),
    ("datetime", "timezone"): lambda value: (value.utcoffset(None), value.tzname(None)),
    ("zoneinfo", "ZoneInfo"): lambda value: (value.key,),
    ("uuid", "UUID"): _one(),
    ("pathlib", "PurePosixPath"): _one(),
    ("pathlib", "PosixPath"): _one(),
    ("pathlib", "PureWindowsPath"): _one(),
    ("ipaddress", "IPv4Address"): _one(),
    ("ipaddress", "IPv6Address"): _one(),
    ("ipaddress", "IPv4Network"): _one(),
    ("ipaddress", "IPv6Network"): _one(),
    ("array", "array"): lambda value: (value.typecode, value.tobytes()),
}


def write_value(value: Any) -> tuple[str, State] | None:
    """The name and state of a value, or None if it is of no type listed here; subclasses never are."""
    kind = type(value)
    module = kind.__module__
    if module.startswith("pathlib."):
        module = "pathlib"
    writer = _WRITERS.get((module, kind.__qualname__))
    if writer is None or getattr(sys.modules.get(module), kind.__qualname__, None) is not kind:
        return None
    return kind.__qualname__, writer(value)


def _exactly(kinds: type | tuple[type, ...], parts: tuple[Any, ...]) -> None:
    allowed = kinds if isinstance(kinds, tuple) else (kinds,)
    if not all(type(part) in allowed for part in parts):
        raise ValueError("a state of the wrong types")


def _from_text(module: str, name: str) -> Callable[..., Any]:
    def read(text: Any) -> Any:
        _exactly(str, (text,))
        return getattr(_module(module), name)(text)

    return read


def _from_ints(module: str, name: str) -> Callable[..., Any]:
    def read(*parts: Any) -> Any:
        _exactly(int, parts)
        return getattr(_module(module), name)(*parts)

    return read


def _zone(zone: Any) -> Any:
    if zone is None or (type(zone).__module__, type(zone).__name__) in (
        ("datetime", "timezone"),
        ("zoneinfo", "ZoneInfo"),
    ):
        return zone
    raise ValueError("not a time zone")


def _datetime(*parts: Any) -> Any:
    _exactly(int, (*parts[:7], parts[8]))
    return _module("datetime").datetime(*parts[:7], tzinfo=_zone(parts[7]), fold=parts[8])


def _time(*parts: Any) -> Any:
    _exactly(int, (*parts[:4], parts[5]))
    return _module("datetime").time(*parts[:4], tzinfo=_zone(parts[4]), fold=parts[5])


def _timezone(offset: Any, name: Any) -> Any:
    module = _module("datetime")
    _exactly((module.timedelta, str), (offset, name))
    zone = module.timezone(offset)
    return zone if zone.tzname(None) == name else module.timezone(offset, name)


def _array(typecode: Any, data: Any) -> Any:
    _exactly((str, bytes), (typecode, data))
    return _module("array").array(typecode, data)


VALUE_READERS: dict[str, Callable[..., Any]] = {
    "Decimal": _from_text("decimal", "Decimal"),
    "Fraction": _from_ints("fractions", "Fraction"),
    "date": _from_ints("datetime", "date"),
    "datetime": _datetime,
    "time": _time,
    "timedelta": _from_ints("datetime", "timedelta"),
    "timezone": _timezone,
    "ZoneInfo": _from_text("zoneinfo", "ZoneInfo"),
    "UUID": _from_text("uuid", "UUID"),
    "PurePosixPath": _from_text("pathlib", "PurePosixPath"),
    "PosixPath": _from_text("pathlib", "PosixPath"),
    "PureWindowsPath": _from_text("pathlib", "PureWindowsPath"),
    "IPv4Address": _from_text("ipaddress", "IPv4Address"),
    "IPv6Address": _from_text("ipaddress", "IPv6Address"),
    "IPv4Network": _from_text("ipaddress", "IPv4Network"),
    "IPv6Network": _from_text("ipaddress", "IPv6Network"),
    "array": _array,
}
