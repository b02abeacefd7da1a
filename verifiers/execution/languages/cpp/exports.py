"""Which of a candidate's declarations the tests get to see, and what each call is numbered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from verifiers.execution.languages.cpp.declarations import read_declarations
from verifiers.execution.languages.cpp.declared import Class, Declared, Function, Other
from verifiers.execution.languages.cpp.library_names import library_names
from verifiers.execution.languages.cpp.syntax import KEYWORDS, without_comments

_STREAM = re.compile(r"^(std::)?ostream\s*&$")


@dataclass(frozen=True)
class Call:
    """A way of calling the candidate.

    Attributes:
        kind: ``function``, ``method``, ``constructor``, ``copy``, ``assign``, ``drop`` or ``show``.
        function: What is called; None for a copy and the like.
        owner: The class of a method.
        left_out: How many of the last parameters the candidate's own defaults stand for.
    """

    kind: str
    function: Function | None = None
    owner: Class | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Exports:
    """What the tests see.

    Attributes:
        calls: By number.
        types: Classes and others, in the candidate's order.
        declared: All that the candidate declares.
        missing: What the tests name and cannot be given, with why; the first is told.
    """

    calls: tuple[Call, ...]
    types: tuple[Class | Other, ...]
    declared: Declared
    missing: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[Class, ...]:
        """The classes among the types."""
        return tuple(item for item in self.types if isinstance(item, Class))

    @property
    def pointers(self) -> bool:
        """Whether memory has to be carried."""
        texts = [part.named("") for call in self.calls if call.function for part in call.function.parameters]
        texts += [call.function.result for call in self.calls if call.function]
        texts += [part.named("") for item in self.classes for part, _, _ in item.fields]
        texts += [item.declaration for item in self.types if isinstance(item, Other) and item.kind == "alias"]
        return any("*" in text or "[" in text for text in texts)


def words_of(source: str) -> set[str]:
    """The names in a source, without comments and texts."""
    bare = re.sub(r"\"(?:\\.|[^\"\\\n])*\"", '""', without_comments(source))
    return set(re.findall(r"[A-Za-z_]\w*", bare))


def choose_exports(declared: Declared, tests: Sequence[str], told: str, *, c: bool) -> Exports:
    """What of the candidate's the tests get.

    Only what they name, or what the types of that consist of. Never a name that they define themselves, and
    a name of the standard library only where the task names it or they call nothing else of the candidate's:
    else a candidate could put its own ``abs`` between a test and its verdict.

    Args:
        declared: What the candidate declares.
        tests: Texts of the test files.
        told: Names that the task gives: its instruction and entry point.
        c: They are C and not C++.
    """
    named = set().union(*(words_of(text) for text in tests))
    own = read_declarations(tests, c=c)
    taken = {f.name for f in own.functions} | {item.name for item in own.order} | own.templates
    mentioned = named - taken - KEYWORDS
    # What is only in namespace std means a test's own call only where names need no `std::`.
    opened = declared.using_std or any(re.search(r"\busing\s+(namespace\s+)?std\b", text) for text in tests)
    reserved = library_names(c=c or not opened)
    functions = _functions(declared, mentioned, told, reserved)
    types, unusable = _types(declared, functions, mentioned, reserved)
    functions = [function for function in functions if not function.words & unusable]
    classes = [item for item in types if isinstance(item, Class)]
    calls = [*_function_calls(functions), *_operator_calls(declared, classes, named)]
    for item in classes:
        calls += _class_calls(item, mentioned, c=c)
    given = {call.function.name for call in calls if call.function} | {item.name for item in types}
    return Exports(
        tuple(calls), tuple(types), declared, tuple(_missing(declared, mentioned, given, unusable))
    )


def _functions(
    declared: Declared, mentioned: set[str], told: str, reserved: frozenset[str]
) -> list[Function]:
    once: dict[tuple[object, ...], Function] = {}
    for function in declared.functions:
        if function.name in mentioned and not function.name.startswith("operator"):
            known = once.get(function.signature)
            if known is None or known.defaults < function.defaults:
                once[function.signature] = function
    wanted = set(re.findall(r"[A-Za-z_]\w*", told))
    plain = [f for f in once.values() if f.name not in reserved or f.name in wanted]
    return plain or list(once.values())


def _types(
    declared: Declared, functions: Iterable[Function], mentioned: set[str], reserved: frozenset[str]
) -> tuple[list[Class | Other], set[str]]:
    """The types that are needed, in order, and the names of those that cannot be given."""
    once: dict[tuple[object, ...], Class | Other] = {}  # in C a tag and an alias may have one name
    for item in declared.order:
        if item.name in reserved and not (isinstance(item, Other) and item.kind == "using"):
            continue
        key = (item.name, item.scope, isinstance(item, Class))
        if isinstance(item, Class) or key not in once:
            once[key] = item
    known: dict[str, list[Class | Other]] = {}
    for item in once.values():
        known.setdefault(item.name, []).append(item)
    unusable = {c.name for c in declared.classes if c.lost} | declared.uncertain | declared.templates
    waiting = [name for function in functions for name in function.words] + list(mentioned)
    waiting += [item.name for item in declared.others if item.kind in ("enum", "using")]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in needed or name not in known:
            continue
        needed.add(name)
        for item in known[name]:
            waiting += item.words
    types = [
        i for i in once.values() if i.name in needed and i.name not in unusable and i.name not in KEYWORDS
    ]
    return types, unusable - {function.name for function in functions}


def _function_calls(functions: Iterable[Function]) -> list[Call]:
    return [
        Call("function", function, left_out=left_out)
        for function in functions
        for left_out in range(function.defaults + 1)
    ]


def _operator_calls(declared: Declared, classes: Sequence[Class], named: set[str]) -> list[Call]:
    """Operators between the candidate's own classes, where the tests name the class."""
    own = {item.name for item in classes if item.name in named}
    calls: dict[tuple[object, ...], Call] = {}
    for function in declared.functions:
        if not function.name.startswith("operator") or not function.words & own:
            continue
        first = function.parameters[0].named("") if function.parameters else ""
        if function.name == "operator<<" and _STREAM.match(re.sub(r"\s+", " ", first)):
            calls[function.signature] = Call("show", function)
        elif function.name not in ("operator<<", "operator>>", "operator,", "operator&&", "operator||"):
            calls[function.signature] = Call("function", function)
    return list(calls.values())


def _class_calls(item: Class, mentioned: set[str], *, c: bool) -> list[Call]:
    if c:
        return []
    calls = [
        Call("constructor", function, item, left_out)
        for function in item.constructors
        for left_out in range(function.defaults + 1)
        if not item.abstract
    ]
    implicit = item.closed and not item.constructors and not item.abstract and not item.deleted_default
    if implicit:
        calls.append(Call("constructor", Function(item.name, item.scope, "", ()), item))
    if item.closed and item.copied:
        calls += [Call("copy", None, item), Call("assign", None, item)]
    if item.closed:
        calls.append(Call("drop", None, item))
    for function in item.methods:
        operator = function.name.startswith("operator")
        if (operator and item.name in mentioned) or (not operator and function.name in mentioned):
            calls += [Call("method", function, item, left) for left in range(function.defaults + 1)]
    return calls


def _missing(declared: Declared, mentioned: set[str], given: set[str], unusable: set[str]) -> Iterable[str]:
    for name in sorted(mentioned & declared.templates - given):
        yield f"{name} is a template"
    for name in sorted(mentioned & declared.variables - given):
        yield f"they use the variable {name}"
    for name in sorted((mentioned & unusable) - given - declared.templates):
        yield f"{name} cannot be declared without the candidate's own code"
