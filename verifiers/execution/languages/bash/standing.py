"""What stands for the candidate's scripts in the tests' sandbox."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifiers.domain import SourceFile
from verifiers.execution.languages.bash.source import RESERVED, assigned_of, functions_of, parse, variables_of
from verifiers.execution.languages.bash.tests import TestFile, loops_over_input, read_tests
from verifiers.execution.languages.language import Order

_NAMED_BY_CALLER = re.compile(r"\b(local|declare|typeset)[ \t]+-[A-Za-z]*n|\bprintf[ \t]+-v[ \t]+[\"']?\$")
_STUB = """#!/bin/bash
if [ -z "${BASH_VERSION:-}" ]; then exec /bin/bash "$0" "$@"; fi
source /work/.acrisol/call.sh
if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    acrisol_call program "%(path)s" "$@"
    exit
fi
%(functions)s
acrisol_call source "%(path)s" "$@"
"""


def answering(scripts: Sequence[SourceFile], tests: Sequence[TestFile]) -> dict[str, SourceFile]:
    """Scripts by path. A single one also answers to the names that the tests call and that nobody has."""
    found = {file.path: file for file in scripts}
    if len(scripts) == 1:
        own = {file.path for file in tests} | {file.path.rpartition("/")[2] for file in tests}
        words = " ".join(file.source for file in tests)
        called = re.findall(
            r"(?<![\w/.-])(?:\./|\$\{?BATS_TEST_DIRNAME\}?/(?:\.\./)?|/work/)?([\w-][\w./-]*\.(?:sh|bash))\b",
            words,
        )
        for name in called:
            if name not in found and name not in own and ".." not in name.split("/"):
                found[name] = scripts[0]
    return found


def stand_ins(order: Order, scripts: dict[str, SourceFile], words: set[str]) -> dict[str, bytes]:
    """What lies in the candidate's scripts' places in the judge."""
    assert order.tests is not None
    asked = set(re.findall(r"[\w-]+", order.task.instruction)) | {order.tests.entry_point or ""}
    own = {name for file in read_tests(order.tests.files) for name in functions_of(parse(file.source))}
    stubs = {}
    for path, file in scripts.items():
        names = [name for name in functions_of(parse(file.content)) if _may_stand(name, words, own)]
        lines = [
            # A name that is a program's or Bash's own is the candidate's only where the task asks for it.
            f"{'' if name in asked else f'type -t {name} >/dev/null || '}"
            f"eval '{name}() {{ acrisol_call function {name} \"$@\"; }}'"
            for name in names
        ]
        stubs[path] = (_STUB % {"path": f"/work/{path}", "functions": "\n".join(lines)}).encode()
    return stubs


def _may_stand(name: str, words: set[str], own: set[str]) -> bool:
    plain = re.fullmatch(r"[A-Za-z_][\w:.-]*", name) is not None
    taken = name in RESERVED or name.startswith(("assert", "refute", "acrisol", "bats", "test_"))
    return plain and name in words and name not in own and not taken and name not in _KEYWORDS


_KEYWORDS = frozenset(
    (
        *(
            "alias",
            "bg",
            "bind",
            "break",
            "builtin",
            "caller",
            "cd",
            "command",
            "compgen",
            "continue",
            "declare",
        ),
        *(
            "dirs",
            "disown",
            "echo",
            "enable",
            "eval",
            "exec",
            "exit",
            "export",
            "false",
            "fg",
            "getopts",
            "hash",
        ),
        *(
            "help",
            "history",
            "jobs",
            "kill",
            "let",
            "local",
            "logout",
            "mapfile",
            "popd",
            "printf",
            "pushd",
            "pwd",
        ),
        *(
            "read",
            "readarray",
            "readonly",
            "return",
            "set",
            "shift",
            "shopt",
            "source",
            "suspend",
            "test",
            "times",
        ),
        *(
            "trap",
            "true",
            "type",
            "typeset",
            "ulimit",
            "umask",
            "unalias",
            "unset",
            "wait",
            "grep",
            "cat",
            "diff",
        ),
        *("cmp", "head", "tail", "sed", "awk", "mktemp", "rm", "mkdir"),
    )
)


def shared_variables(order: Order, scripts: dict[str, SourceFile], tests: Sequence[TestFile]) -> list[str]:
    """Variables that both name: they go along with each call and come back.

    One that the tests set may hold what they expect, so it stays theirs, unless the task speaks of it.
    """
    theirs: set[str] = set().union(*(variables_of(parse(file.content)) for file in scripts.values()))
    ours: set[str] = set().union(*(variables_of(parse(file.source)) for file in tests))
    set_by_us: set[str] = set().union(*(assigned_of(parse(file.source)) for file in tests))
    asked = set(re.findall(r"\w+", order.task.instruction))
    return sorted((theirs & ours) - (set_by_us - asked))


def needs_one_process(tests: Sequence[TestFile], scripts: dict[str, SourceFile], words: set[str]) -> str:
    """Why the tests cannot be run apart; empty if they can."""
    if loops_over_input(tests):
        return (
            "a loop of the tests reads lines while it calls the candidate, which has the same standard input"
        )
    for file in scripts.values():
        called = [name for name in functions_of(parse(file.content)) if name in words]
        if called and _NAMED_BY_CALLER.search(file.content):
            return f"{file.path} sets variables that its caller names"
    return ""
