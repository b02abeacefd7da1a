"""The tests' source: which tests there are, and the same source made to run without cargo's harness."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from tree_sitter import Node

from verifiers.domain import TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.rust.declarations import Module, read_use
from verifiers.execution.languages.rust.syntax import (
    CRATES,
    STD_ROOTS,
    attribute_name,
    is_for_tests,
    is_name,
    named,
    parse,
    text,
    walk,
    with_attributes,
)

_TEST = re.compile(r"#\s*\[\s*(?:\w*\s*::\s*)*test\s*\]")
_OURS = ("test", "should_panic", "ignore")
_NOT_CRATES = (*STD_ROOTS, *CRATES, "crate", "self", "super", "acrisol", "proc_macro", "test")


@dataclass(frozen=True)
class Case:
    """A test function.

    Attributes:
        path: Its file.
        modules: The modules around it.
        name: Its name.
        line: Where it begins, from 1.
        panics: The source of the words that it must panic with; None if it must not.
        ignored: Whether it is marked ``#[ignore]``.
        program: Whether it is the ``main`` of a file without tests.
    """

    path: str
    modules: tuple[str, ...]
    name: str
    line: int
    panics: str | None
    ignored: bool
    program: bool = False

    @property
    def id(self) -> str:
        """``tests/a.rs::tests::adds``."""
        return "::".join((self.path, *self.modules, self.name))


def cases_of(tests: TestSuite) -> tuple[Case, ...]:
    """The tests of a suite.

    Raises:
        InvalidInput: a file does not parse, a macro makes tests, or there is no test.
    """
    found: list[Case] = []
    for file in tests.files:
        if PurePosixPath(file.path).suffix != ".rs":
            continue
        root = parse(file.content)
        if root.has_error and (broken := _broken(root)) is not None:
            raise InvalidInput("tests", f"{file.path} does not parse at line {broken}:", "mend it.")
        if (unlisted := _unlisted(root)) is not None:
            raise InvalidInput(
                "tests",
                f"{file.path}:{unlisted}: which tests are made here cannot be read from the source:",
                "write each as a function marked #[test] in the file or in a module, outside of macros.",
            )
        found += _all_cases(root, file.path)
    if not found:
        raise InvalidInput(
            "tests", "they hold no function marked #[test], and no main:", "write at least one."
        )
    return tuple(found)


def expected(tests: TestSuite) -> tuple[str, ...]:
    """Ids of the tests; see :func:`cases_of`."""
    return tuple(case.id for case in cases_of(tests))


def _broken(root: Node) -> int | None:
    """The first line that a compiler would not read either: what stands in macros is not looked at."""
    return next(
        (node.start_point[0] + 1 for node in walk(root) if node.type == "ERROR" or node.is_missing), None
    )


def _unlisted(root: Node) -> int | None:
    """The first line with a test that :func:`_cases` does not list, and that so would not be run."""
    for node in walk(root):
        line = node.start_point[0] + 1
        if node.type == "token_tree" and node.prev_sibling is not None and node.prev_sibling.type == "#":
            if _TEST.fullmatch("#" + text(node)):
                return line
        elif node.type == "attribute_item":
            name, words = attribute_name(node), "".join(text(node).split())
            if name.endswith("::test") or (name == "cfg_attr" and re.search(r",test[,)]", words)):
                return line
    return None


def _all_cases(root: Node, path: str) -> list[Case]:
    """The tests of a file; of one without any, its ``main``."""
    found = list(_cases(root, path, ()))
    mains = [
        item
        for item in named(root)
        if item.type == "function_item" and text(item.child_by_field_name("name")) == "main"
    ]
    return found or [Case(path, (), "main", item.start_point[0] + 1, None, False, True) for item in mains[:1]]


def _cases(body: Node, path: str, modules: tuple[str, ...]) -> Iterator[Case]:
    for item, attributes in with_attributes(body):
        name = text(item.child_by_field_name("name"))
        inner = item.child_by_field_name("body")
        if item.type == "mod_item" and inner is not None and is_name(name):
            yield from _cases(inner, path, (*modules, name))
        elif item.type == "function_item" and is_name(name):
            marks = {attribute_name(mark): mark for mark in attributes}
            if "test" in marks:
                panics = _panics(marks["should_panic"]) if "should_panic" in marks else None
                line = item.start_point[0] + 1
                yield Case(path, modules, name, line, panics, "ignore" in marks)


def _panics(mark: Node) -> str:
    literal = next(
        (node for node in walk(mark) if node.type in ("string_literal", "raw_string_literal")), None
    )
    return text(literal) or '""'


def crate_names(tests: TestSuite) -> tuple[str, ...]:
    """Names by which the tests call the candidate's crate: roots of imports that nothing else explains."""
    found: set[str] = set()
    for file in tests.files:
        root = parse(file.content)
        declared = {text(node.child_by_field_name("name")) for node in walk(root) if node.type == "mod_item"}
        for node in walk(root):
            if node.type != "use_declaration":
                continue
            module = Module(())
            read_use(node.child_by_field_name("argument"), (), module)
            roots = {path[0] for path in (*module.imports.values(), *module.globs) if path}
            found |= {name for name in roots if is_name(name)} - declared
    return tuple(sorted(found - set(_NOT_CRATES)))


def sees_inside(tests: TestSuite) -> bool:
    """Whether a file of the tests is written as a part of the candidate's crate."""
    return any(
        words in "".join(text(node).split())
        for file in tests.files
        for node in walk(parse(file.content))
        if node.type == "use_declaration"
        for words in ("usesuper::", "usecrate::")
    )


def made_to_run(source: str, path: str) -> str:
    """A test file for our own runner: its tests are listed, and no line moves."""
    root = parse(source)
    data = bytearray(source.encode())
    for node in walk(root):
        if node.type == "attribute_item" and (
            attribute_name(node) in _OURS
            or (is_for_tests([node]) and "not(" not in text(node).replace(" ", ""))
        ):
            blank = bytes(10 if byte == 10 else 32 for byte in data[node.start_byte : node.end_byte])
            data[node.start_byte : node.end_byte] = blank
    inserts = list(_lists(root, path, ()))
    for place, words in sorted(inserts, reverse=True):
        data[place:place] = words.encode()
    return data.decode() + "\n#[allow(unused_imports)] use crate::*;\n"


def _lists(body: Node, path: str, modules: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Where the lists of tests go, one in each module that has some."""
    entries, children = [], []
    for case in _cases(body, path, modules) if modules else _all_cases(body, path):
        if case.modules == modules:
            panics = "None" if case.panics is None else f"Some({case.panics})"
            entries.append(
                f"::acrisol::Case {{ id: {quoted(case.id)}, path: {quoted(path)}, line: {case.line}, "
                f"run: || ::acrisol::Outcome::failure({case.name}()), "
                f"panics: ::std::option::Option::{panics}, ignored: {str(case.ignored).lower()} }}"
            )
    for item in named(body):
        inner, name = item.child_by_field_name("body"), text(item.child_by_field_name("name"))
        if item.type == "mod_item" and inner is not None and any(_cases(inner, path, (*modules, name))):
            children.append(name)
            yield from _lists(inner, path, (*modules, name))
    below = "".join(f"&{name}::ACRISOL_CASES, " for name in children)
    end = body.end_byte - 1 if body.type == "declaration_list" else body.end_byte
    newline = "\n" if body.type != "declaration_list" else " "
    yield (
        end,
        f"{newline}pub static ACRISOL_CASES: ::acrisol::Group = ::acrisol::Group {{ "
        f"cases: &[{', '.join(entries)}], inner: &[{below}] }};{newline}",
    )


def quoted(words: str) -> str:
    """A printable text as a Rust literal."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def made_to_share(source: str, path: str) -> str:
    """A test file as a module of the candidate's own crate, for one process."""
    root = parse(source)
    if any(case.program for case in _all_cases(root, path)):
        source = f"{source}\n#[test] fn acrisol_main() {{ let _ = main(); }}"
    return f"{source}\n#[allow(unused_imports)] use crate::*;\n"
