"""Reading tests in Bash: files with ``@test``, files of test functions, and scripts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from verifiers.domain import SourceFile
from verifiers.errors import InvalidInput
from verifiers.execution.languages.bash.helpers import helpers_of
from verifiers.execution.languages.bash.source import functions_of, parse, text, walk, words_of

_BATS = re.compile(r"^[ \t]*@test[ \t]+(?P<name>.+?)[ \t]+\{(?P<rest>.*)$", re.MULTILINE)
_MARKED = re.compile(
    r"^[ \t]*(?:function[ \t]+)?(?P<name>[^\s()]+)[ \t]*(?:\([ \t]*\))?[ \t]+\{[ \t]+#[ \t]*@test[ \t]*$",
    re.MULTILINE,
)
_UNREAD = re.compile(r"^[ \t]*@test\b.*$", re.MULTILINE)
_SHUNIT = re.compile(r"^[ \t]*(\.|source)[ \t]+\S*shunit2\S*[ \t]*$", re.MULTILINE)
_SCRIPT = re.compile(r"^#!.*\b(ba)?sh\b")
_CAN_FAIL = re.compile(
    r"\bset[ \t]+-[A-Za-z]*e|\bset[ \t]+-o[ \t]+errexit|^#!.*sh[ \t]+-[A-Za-z]*e|\bexit\b", re.MULTILINE
)


@dataclass(frozen=True)
class Entry:
    """A test that must be reported: its id, the function that it becomes, the name that it was given."""

    id: str
    function: str
    name: str


@dataclass(frozen=True)
class TestFile:
    """A script of the tests.

    Attributes:
        path: Its path.
        source: Its text as it is run: each ``@test`` is a function, on the same line.
        style: ``functions`` or ``script``; empty for one that others load.
        entries: Its tests.
    """

    __test__ = False

    path: str
    source: str
    style: str
    entries: tuple[Entry, ...]


def is_script(file: SourceFile) -> bool:
    """Whether a file is Bash, by its name or its first line."""
    return file.path.endswith((".bats", ".bash", ".sh")) or bool(_SCRIPT.match(file.content))


def read_tests(files: Sequence[SourceFile]) -> tuple[TestFile, ...]:
    """Read a suite: files with tests, and those that they load.

    Raises:
        InvalidInput: no file holds a test, one does not parse, or a script has no way to fail.
    """
    found = [_read(file) for file in files if is_script(file)]
    helpers = helpers_of(
        {file.path: file.source for file in found}, {file.path for file in found if file.entries}
    )
    found = [file if file.entries or file.path in helpers else _whole(file) for file in found]
    if not any(file.entries for file in found):
        raise InvalidInput(
            "tests.files", "hold no test:", 'write @test "name" { ... }, functions test_*, or a script.'
        )
    return tuple(found)


def _read(file: SourceFile) -> TestFile:
    entries: list[Entry] = []

    def renamed(match: re.Match[str]) -> str:
        function = f"acrisol_test_{len(entries)}"
        name = _unquoted(match["name"])
        entries.append(Entry(f"{file.path}::{_as_id(name)}", function, _as_id(name)))
        return f"{function}() {{{match['rest']}"

    source = _SHUNIT.sub(":", _BATS.sub(renamed, file.content))
    if unread := _UNREAD.search(source):
        line = source.count("\n", 0, unread.start()) + 1
        raise InvalidInput(
            "tests.files",
            f"{file.path} has a test that cannot be read at line {line}:",
            'write @test "name" { on one line.',
        )
    marked = (found["name"] for found in _MARKED.finditer(source))
    entries += [Entry(f"{file.path}::{_as_id(name)}", name, _as_id(name)) for name in marked]
    root = parse(source)
    if root.has_error and entries:
        bad = next((node for node in walk(root) if node.type == "ERROR" or node.is_missing), root)
        if _surely_wrong(root):
            raise InvalidInput(
                "tests.files",
                f"{file.path} does not parse at line {bad.start_point[0] + 1}:",
                "mend the syntax.",
            )
    if not entries:
        called = {text(node) for node in walk(root) if node.type == "command_name"}
        names = [name for name in functions_of(root) if name.startswith("test") and name not in called]
        entries = [Entry(f"{file.path}::{name}", name, name) for name in names]
    doubled = [
        entry.name for at, entry in enumerate(entries) if entry.id in {other.id for other in entries[:at]}
    ]
    if doubled:
        raise InvalidInput(
            "tests.files", f"{file.path} has two tests '{doubled[0]}':", "give each its own name."
        )
    return TestFile(file.path, source, "functions" if entries else "", tuple(entries))


def _surely_wrong(root: Node) -> bool:
    """The grammar does not know all of Bash: a file without any function is what is surely wrong."""
    return not functions_of(root)


def _whole(file: TestFile) -> TestFile:
    if not _CAN_FAIL.search(file.source):
        raise InvalidInput(
            "tests.files",
            f"{file.path} cannot fail, whatever it finds:",
            "begin it with set -e, or exit 1 on a failure; or load it in one.",
        )
    return TestFile(file.path, file.source, "script", (Entry(f"{file.path}::script", "", "script"),))


def _unquoted(name: str) -> str:
    try:
        return " ".join(shlex.split(name))
    except ValueError:
        return name.strip("'\"")


def _as_id(name: str) -> str:
    """A test's name as part of an id: brackets name a case of a test there, and ids are plain ASCII."""
    plain = name.replace("[", "(").replace("]", ")").replace("\t", " ")
    return plain.encode("ascii", "replace").decode()


def used_words(files: Sequence[TestFile]) -> set[str]:
    """Every word in the tests."""
    return set().union(*(words_of(parse(file.source)) for file in files))


def loops_over_input(files: Sequence[TestFile]) -> bool:
    """Whether a loop reads lines while it calls something: what it calls would have its standard input."""
    for file in files:
        for node in walk(parse(file.source)):
            if node.type != "while_statement":
                continue
            condition = node.child_by_field_name("condition")
            body = node.child_by_field_name("body")
            if re.search(r"\bread\b", text(condition)) and re.search(r"\brun\b|\.sh\b|\bbash\b", text(body)):
                return True
    return False
