"""What a Java test suite holds, told from its source alone: ids, frameworks, what needs one process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tree_sitter import Node

from verifiers.domain import TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.java import syntax
from verifiers.execution.languages.java.syntax import annotated_with, modifiers, text

_TESTS = frozenset(("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "TestTemplate"))
_REFLECTION = re.compile(
    r"\bjava\s*\.\s*lang\s*\.\s*(?:reflect|invoke)\b|\bClass\s*\.\s*forName\b"
    r"|\.\s*(?:getDeclared(?:Method|Field|Constructor|Class)\w*|get(?:Method|Field|Constructor)s?|setAccessible"
    r"|getModifiers|getRecordComponents|getInterfaces|getSuperclass|isSealed|newInstance)\s*\("
)
_MOCKS = re.compile(r"\borg\s*\.\s*(?:mockito|powermock|easymock)\b")
_EXITS = re.compile(r"\bSystem\s*\.\s*exit\b|\bgetRuntime\s*\(\s*\)\s*\.\s*(?:exit|halt)\b")
_FIRST_PARTS = frozenset(("java", "javax", "jdk", "org", "junit", "com", "acrisol"))
_NAMES = Path(__file__).parent / "platform_names.json"


@dataclass(frozen=True)
class Main:
    """A program that is a test."""

    binary: str
    id: str
    path: str


@dataclass(frozen=True)
class Suite:
    """A suite.

    Attributes:
        expected: Ids that must be reported.
        classes: Binary names of the test classes with the paths of their files.
        mains: Programs.
        engines: ``jupiter`` and ``vintage``, as far as needed.
        exits: The tests end their own program.
        defined: Full names of the types that the tests define.
        derived: Simple names of classes that the tests derive from, by declaration or in place.
        wildcards: Packages imported on demand.
        unfit: Why the tests can only run in one process with the candidate; empty if they need not.
    """

    expected: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    mains: tuple[Main, ...]
    engines: frozenset[str]
    exits: bool
    defined: frozenset[str]
    derived: frozenset[str]
    wildcards: frozenset[str]
    unfit: str


@dataclass(frozen=True)
class _Class:
    node: Node
    path: str
    binary: str
    ids: str

    @property
    def name(self) -> str:
        return text(self.node.child_by_field_name("name"))


def expected(tests: TestSuite) -> tuple[str, ...]:
    """Ids of the tests: ``path::Class.method``, of a program ``path::Class.main``.

    Raises:
        InvalidInput: the tests hold none.
    """
    suite = read_suite(tests)
    if not suite.expected:
        raise InvalidInput(
            "tests",
            "no test was found in the .java files:",
            "give JUnit tests (methods with @Test), or a class with a main method that throws.",
        )
    return suite.expected


def read_suite(tests: TestSuite) -> Suite:
    """Everything that is to be known of the tests."""
    files = {file.path: file.content for file in tests.files if file.path.endswith(".java")}
    roots = {path: syntax.parse(source) for path, source in files.items()}
    tops = [each for path, root in roots.items() for each in _classes(root, path)]
    every = {each.name: each for each in _all(tops)}
    ids: list[str] = []
    classes: list[tuple[str, str]] = []
    for each in _run_by_themselves(tops, every):
        found = _junit_ids(each, every)
        if found:
            ids += found
            classes.append((each.binary, each.path))
    tested = {path for _, path in classes}
    mains = tuple(Main(top.binary, f"{top.path}::{top.ids}.main", top.path)
                  for top in tops if top.path not in tested and _has_main(top.node))  # fmt: skip
    said = "\n".join(files.values())
    return Suite(
        expected=tuple(dict.fromkeys([*ids, *(main.id for main in mains)])),
        classes=tuple(classes),
        mains=mains,
        engines=_engines(roots.values()) if classes else frozenset(),
        exits=bool(_EXITS.search(said)),
        defined=frozenset(each.binary for each in tops),
        derived=frozenset(name for root in roots.values() for name in _derived(root)),
        wildcards=_wildcards(roots.values()),
        unfit=_unfit(said),
    )


def _wildcards(roots: Iterable[Node]) -> frozenset[str]:
    names = (name for root in roots for _, name in syntax.imports(root))
    return frozenset(name.removesuffix(".*") for name in names if name.endswith(".*"))


def foreign_names(suite: Suite, said: str) -> frozenset[str]:
    """Names that mean the platform's types to the tests, so that no candidate can put its own under them.

    A class of the same package wins over one that is imported on demand and over those of ``java.lang``: a
    candidate's own ``Math`` or ``Arrays`` would be the one that the tests call. So a name only means the
    candidate's if the task itself says so: ``class Stack`` in the instruction or in its files.

    Args:
        suite: The tests.
        said: The task's instruction and files.
    """
    known = _platform_names()
    taken = {name for package in ("java.lang", *suite.wildcards) for name in known.get(package, ())}
    meant = set(re.findall(r"\b(?:class|interface|record|enum)\s+`?([A-Z]\w*)", said))
    meant |= set(re.findall(r"\b([A-Z]\w*)`?\s+(?:class|interface|record|enum)\b", said))
    return frozenset(taken - meant) | _FIRST_PARTS


@cache
def _platform_names() -> dict[str, list[str]]:
    names: dict[str, list[str]] = json.loads(_NAMES.read_text(encoding="utf-8"))
    return names


def _classes(root: Node, path: str) -> list[_Class]:
    package = syntax.package_of(root)
    before = f"{package}." if package else ""
    found = []
    for node in syntax.type_declarations(root):
        name = text(node.child_by_field_name("name"))
        found.append(_Class(node, path, before + name, name))
    return found


def _inner(outer: _Class) -> list[_Class]:
    body = outer.node.child_by_field_name("body")
    return [
        _Class(node, outer.path, f"{outer.binary}${name}", f"{outer.ids}.{name}")
        for node in (syntax.type_declarations(body) if body is not None else ())
        if (name := text(node.child_by_field_name("name")))
    ]


def _all(classes: Iterable[_Class]) -> list[_Class]:
    return [each for top in classes for each in (top, *_all(_inner(top)))]


def _run_by_themselves(classes: Iterable[_Class], every: dict[str, _Class]) -> list[_Class]:
    """The classes that JUnit finds when it looks through all of a program: those at the top and static ones.

    Raises:
        InvalidInput: a class within another holds tests that JUnit never runs.
    """
    found = []
    for outer in classes:
        found.append(outer)
        inner = _inner(outer)
        for each in inner:
            marks = modifiers(each.node)
            if "Nested" in annotated_with(each.node) or not _junit_ids(each, every):
                continue
            if "private" in marks or ("static" not in marks and outer.node.type == "class_declaration"):
                line = each.node.start_point[0] + 1
                raise InvalidInput(
                    "tests",
                    f"{each.path}:{line}: JUnit never runs the tests of {each.ids}:",
                    "mark it @Nested, or make it static and not private.",
                )
        found += _run_by_themselves(
            [each for each in inner if "Nested" not in annotated_with(each.node)], every
        )
    return found


def _junit_ids(declared: _Class, every: dict[str, _Class]) -> list[str]:
    """Ids of a class's tests and of those of its nested classes; of an abstract class none."""
    if "abstract" in modifiers(declared.node) or declared.node.type != "class_declaration":
        return []
    names = dict.fromkeys(_tests(declared, every, set()))
    found = [f"{declared.path}::{declared.ids}.{name}" for name in names]
    for inner in _inner(declared):
        if "Nested" in annotated_with(inner.node):
            found += _junit_ids(inner, every)
    return found


def _tests(declared: _Class, every: dict[str, _Class], seen: set[str]) -> list[str]:
    """Names of the test methods of a class and of the test classes and interfaces above it."""
    seen.add(declared.name)
    above = [name for name in _above(declared.node) if name not in seen]
    old = "TestCase" in _above(declared.node)
    found = [name for each in above if each in every for name in _tests(every[each], every, seen)]
    for member in syntax.members(declared.node):
        if member.type == "method_declaration":
            name = text(member.child_by_field_name("name"))
            if _TESTS & set(annotated_with(member)) or (old and name.startswith("test")):
                found.append(name)
    return found


def _above(node: Node) -> list[str]:
    """Simple names of the types that a declaration names as its supertypes."""
    kinds = ("superclass", "super_interfaces", "extends_interfaces")
    nodes = [child for child in node.children if child.type in kinds]
    found = []
    for child in nodes:
        listed = [each for each in child.named_children if each.type == "type_list"]
        for each in listed[0].named_children if listed else child.named_children:
            found.append(syntax.erased(each, {}))
    return found


def _derived(root: Node) -> list[str]:
    found: list[str] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        if node.type == "class_declaration":
            found += _above(node)[:1] if any(child.type == "superclass" for child in node.children) else []
        elif node.type == "object_creation_expression" and any(
            child.type == "class_body" for child in node.children
        ):
            kind = node.child_by_field_name("type")
            found += [syntax.erased(kind, {})] if kind is not None else []
    return found


def _has_main(node: Node) -> bool:
    return any(
        member.type == "method_declaration"
        and text(member.child_by_field_name("name")) == "main"
        and {"public", "static"}
        <= modifiers(member) | ({"public"} if node.type == "interface_declaration" else set())
        for member in syntax.members(node)
    )


def _engines(roots: Iterable[Node]) -> frozenset[str]:
    names = [name for root in roots for _, name in syntax.imports(root)]
    new = any(name.startswith("org.junit.jupiter") for name in names)
    old = any(re.match(r"(org\.junit\.(?!jupiter|platform)|junit\.)", name) for name in names)
    return frozenset(({"jupiter"} if new or not old else set()) | ({"vintage"} if old else set()))


def _unfit(said: str) -> str:
    code = re.sub(r"//[^\n]*|/\*.*?\*/", " ", said, flags=re.DOTALL)
    if _MOCKS.search(code):
        return "they replace the candidate's objects by mocks"
    if _REFLECTION.search(code):
        return "they look into the candidate's classes by reflection"
    return ""
