"""The stand-in: Java source with a candidate's declarations whose bodies call over the link.

Only names and types come from the candidate, token by token; every other word is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from verifiers.execution.languages.java.declarations import Declared, Field, File, Method, all_types

_OBJECT = "java.lang.Object"
# Abstract classes of the platform whose own code runs well on the tests' side, over methods that are calls.
_KEPT = frozenset(
    ("Number", "AbstractList", "AbstractCollection", "AbstractSet", "AbstractMap", "AbstractQueue")
)
# Their objects cross by value, so no stand-in is made for a class below them.
_BY_VALUE = re.compile(r"(\w*(List|Set|Map|Deque|Queue)|Vector|Stack|Hashtable|Properties)$")
_SUPER = {
    "UncheckedIOException": "super(null, new java.io.IOException());",
    "DateTimeException": "super((java.lang.String) null);",
    "ParseException": "super(null, 0);",
}
# A test's class that implements an interface inherits its methods, before those that it imports from JUnit.
_ASSERTING = re.compile(r"assert|assume|fail$")
_ROOT_METHODS = frozenset(("equals(Object)", "hashCode()", "toString()", "finalize()", "clone()"))


@dataclass(frozen=True)
class StandIn:
    """Stand-ins of a candidate.

    Attributes:
        sources: One source text for each of its files that declares something.
        shown: Binary names of the classes in them.
        classes: Simple names of those that are classes and could be derived from.
    """

    sources: tuple[str, ...]
    shown: tuple[str, ...]
    classes: frozenset[str]


def make_stand_in(files: Iterable[File], taken: frozenset[str], foreign: frozenset[str]) -> StandIn:
    """Makes the stand-in.

    Args:
        files: What the candidate declares.
        taken: Full names of types that the tests define themselves.
        foreign: Names that mean the platform's types to the tests, and packages' first parts.
    """
    kept = [(file, [each for each in file.types if _wanted(each, taken, foreign)]) for file in files]
    every = {each.name: each for _, types in kept for each in all_types(types)}
    known = _Known(every, foreign)
    hidden = {name for each in every.values() for name in each.hidden}
    hidden |= {each.name for each in every.values() if not known.made(each)}
    hidden -= {each.name for each in every.values() if known.made(each)}
    sources, shown = [], []
    for file, types in kept:
        made = [each for each in types if known.made(each)]
        if made:
            body = "\n".join(_Writer(known, frozenset(hidden)).type(each, top=True) for each in made)
            sources.append(_head(file, body) + body)
            shown += [each.binary for each in all_types(made) if known.made(each)]
    classes = frozenset(each.name for each in every.values() if each.kind in ("class", "record"))
    return StandIn(tuple(sources), tuple(shown), classes)


def _wanted(declared: Declared, taken: frozenset[str], foreign: frozenset[str]) -> bool:
    reserved = declared.binary.startswith(_PACKAGES)
    return declared.binary not in taken and declared.name not in foreign and not reserved


# What tests use has these packages, whatever the candidate puts into them.
_PACKAGES = (
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "org.junit.",
    "junit.",
    "org.hamcrest.",
    "org.opentest4j.",
    "acrisol.",
)


def _head(file: File, body: str) -> str:
    words = set(re.findall(r"[\w$]+", body))
    package = f"package {file.package};\n" if file.package else ""
    used = [name for name in file.imports if name.endswith(".*") or name.rpartition(".")[2] in words]
    return package + "".join(f"import {name};\n" for name in used)


@dataclass(frozen=True)
class _Known:
    """The candidate's types by simple name."""

    types: dict[str, Declared]
    foreign: frozenset[str]

    def above(self, declared: Declared) -> Declared | None:
        return self.types.get(_simple(declared.above))

    def root(self, declared: Declared) -> str:
        """The simple name of the platform's class that a class derives from; empty for ``Object``."""
        seen: set[str] = set()
        while (above := self.above(declared)) is not None and above.name not in seen:
            seen.add(above.name)
            declared = above
        return _simple(declared.above)

    def is_exception(self, declared: Declared) -> bool:
        return self.root(declared).endswith(("Exception", "Error", "Throwable"))

    def made(self, declared: Declared) -> bool:
        if declared.kind == "annotation":
            return False
        root = self.root(declared)
        return declared.kind != "class" or root in _KEPT or not _BY_VALUE.match(root)


def _simple(type_text: str) -> str:
    return type_text.partition("<")[0].strip().rpartition(".")[2].strip()


class _Writer:
    def __init__(self, known: _Known, hidden: frozenset[str]) -> None:
        self._known = known
        self._hidden = hidden

    def type(self, declared: Declared, *, top: bool = False) -> str:
        static = "" if top else "static "
        head = f'@SuppressWarnings("all")\npublic {static}' if top else f"public {static}"
        if declared.kind == "interface":
            return f"{head}{self._interface(declared)}"
        if declared.kind == "enum":
            return f"{head}{self._enum(declared)}"
        return f"{head}{self._class(declared)}"

    def _usable(self, *types: str) -> bool:
        return not any(word in self._hidden for each in types for word in re.findall(r"[\w$]+", each))

    def _within(self, declared: Declared) -> list[str]:
        nested = [each for each in declared.nested if self._known.made(each)]
        if declared.kind == "interface":  # a test's class that implements it inherits them
            nested = [each for each in nested if each.name not in self._known.foreign]
        return [self.type(each) for each in nested]

    def _interface(self, declared: Declared) -> str:
        above = [each for each in declared.interfaces if self._usable(each)]
        lines = [f"interface {declared.name} {declared.variables} {_list('extends', above)} {{"]
        lines += self._fields(declared)
        for method in self._methods(declared):
            if _ASSERTING.match(method.name):
                continue
            head = (
                f"{method.variables} {method.returns} {method.name}({_parameters(method)}) {_throws(method)}"
            )
            if method.static:
                lines.append(f"static {head} {{ {_body(declared, method, 'call')} }}")
            elif method.body:
                lines.append(f"default {head} {{ {_body(declared, method, 'callDefault')} }}")
            elif method.key not in _ROOT_METHODS:
                lines.append(f"{head};")
        return "\n".join([*lines, *self._within(declared), "}"])

    def _enum(self, declared: Declared) -> str:
        above = [each for each in declared.interfaces if self._usable(each)]
        lines = [f"enum {declared.name} {_list('implements', above)} {{ {', '.join(declared.constants)};"]
        lines += [line for line in self._fields(declared) if " static " in line]
        lines += [self._method(declared, each) for each in self._methods(declared)
                  if each.key not in _ROOT_METHODS or each.key == "toString()"]  # fmt: skip
        return "\n".join([*lines, *self._within(declared), "}"])

    def _class(self, declared: Declared) -> str:
        known = self._known
        above = known.above(declared)
        root = known.root(declared)
        kept = (above is not None and known.made(above)) or known.is_exception(declared) or root in _KEPT
        first = above is None or not known.made(above)
        marks = [each for each in declared.interfaces if self._usable(each)]
        marks += ["acrisol.StandIn"] if first else []
        lines = [
            f"class {declared.name} {declared.variables} {'extends ' + declared.above if kept else ''} "
            f"{_list('implements', marks)} {{"
        ]
        lines += self._handle(declared, root, first=first)
        lines += self._fields(declared)
        if not declared.abstract and not declared.inner:
            lines += [self._constructor(declared, each) for each in declared.constructors
                      if self._usable(*(item.type for item in each.parameters), each.throws)]  # fmt: skip
        taken = {*_ROOT_METHODS, *(("getMessage()",) if known.is_exception(declared) else ())}
        lines += [self._method(declared, each) for each in self._methods(declared) if each.key not in taken]
        return "\n".join([*lines, *self._within(declared), "}"])

    def _handle(self, declared: Declared, root: str, *, first: bool) -> list[str]:
        made = f"public {declared.name}(acrisol.Handle handle) {{"
        if not first:
            return [f"{made} super(handle); }}"]
        lines = [
            "private acrisol.Handle acrisol$handle;",
            "public acrisol.Handle acrisol$handle() { return acrisol$handle; }",
        ]
        bound = "this.acrisol$handle = handle; acrisol.Link.bind(this);"
        call = 'acrisol.Link.call("{}", this, new java.lang.Object[] {{}});'
        if self._known.is_exception(declared):
            message = "public java.lang.String getMessage() { return (java.lang.String) "
            return [
                *lines,
                f"{made} {_SUPER.get(root, 'super();')} {bound} }}",
                message + call.format("java.lang.Throwable#getMessage()") + " }",
            ]
        return [
            *lines,
            f"{made} {bound} }}",
            "public boolean equals(java.lang.Object other) { return acrisol.Link.equal(this, other); }",
            f"public int hashCode() {{ return (int) {call.format('java.lang.Object#hashCode()')} }}",
            "public java.lang.String toString() { return (java.lang.String) "
            + call.format("java.lang.Object#toString()")
            + " }",
        ]

    def _fields(self, declared: Declared) -> list[str]:
        return [_field(declared, each) for each in declared.fields if self._usable(each.type)]

    def _methods(self, declared: Declared) -> list[Method]:
        return [
            each
            for each in declared.methods
            if self._usable(
                each.returns, each.throws, each.variables, *(item.type for item in each.parameters)
            )
        ]

    def _constructor(self, declared: Declared, method: Method) -> str:
        made = f'acrisol.Link.create("{declared.binary}#{method.key}", {_arguments(method)})'
        head = f"public {method.variables} {declared.name}({_parameters(method)}) {_throws(method)}"
        return f"{head} {{ this({made}); }}"

    def _method(self, declared: Declared, method: Method) -> str:
        static = "static " if method.static else ""
        head = f"public {static}{method.variables} {method.returns} {method.name}({_parameters(method)})"
        return f"{head} {_throws(method)} {{ {_body(declared, method, 'call')} }}"


def _field(declared: Declared, field: Field) -> str:
    if not field.static:
        return f"public {field.type} {field.name};"
    final = "true" if field.final else "false"
    value = f'acrisol.Link.field({declared.name}.class, "{field.name}", {final})'
    return (
        f"public {'final' if field.final else ''} static {field.type} {field.name} = ({field.type}) {value};"
    )


def _parameters(method: Method) -> str:
    return ", ".join(
        f"{each.type}{' ...' if each.rest else ''} p{number}" for number, each in enumerate(method.parameters)
    )


def _arguments(method: Method) -> str:
    given = ", ".join(f"(java.lang.Object) p{number}" for number in range(len(method.parameters)))
    return f"new java.lang.Object[] {{{given}}}"


def _throws(method: Method) -> str:
    return f"throws {method.throws}" if method.throws else ""


def _body(declared: Declared, method: Method, how: str) -> str:
    receiver = "null" if method.static else "this"
    call = f'acrisol.Link.{how}("{declared.binary}#{method.key}", {receiver}, {_arguments(method)});'
    if method.returns == "void":
        return call
    return f"return ({method.returns}) {call}"


def _list(word: str, types: Iterable[str]) -> str:
    joined = ", ".join(types)
    return f"{word} {joined}" if joined else ""
