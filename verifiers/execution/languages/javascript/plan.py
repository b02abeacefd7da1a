"""The jobs that judge a JavaScript or TypeScript candidate."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib import resources

from verifiers.domain import SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.execution.languages.javascript.names import Names, find_names
from verifiers.execution.languages.javascript.needs_shared import why_shared
from verifiers.execution.languages.javascript.syntax import is_source, parse
from verifiers.execution.languages.javascript.tests_source import MARK, TestFile, read_tests, test_id
from verifiers.execution.languages.language import Apart, Order, Shared
from verifiers.execution.plan import HIDDEN
from verifiers.sandbox.environments import JAVASCRIPT
from verifiers.sandbox.protocol import Job

# V8's own limit on its heap is out of the way, so that the sandbox's is the one that is met and reported.
_NODE = "exec node --no-warnings --experimental-vm-modules --max-old-space-size=8192 "
_JUDGE = f"{_NODE} {HIDDEN}/judge.js 3<&0 4>&1 5>&2 </dev/null >/dev/null"
_GUEST = f"{_NODE} {HIDDEN}/guest.js 3<&0 4>&1 </dev/null >&2"
_SHARED = f"{_NODE} {HIDDEN}/shared.js"
_CHECK = f"{_NODE} {HIDDEN}/check.js </dev/null >&2"


_REQUIRED = re.compile(r"require\('\./(\w+)\.js'\)")
_LOAD = """
const made = { __proto__: null };
function load(name) {
  if (!(name in parts)) return require(name);
  if (!(name in made)) {
    made[name] = { exports: {} };
    parts[name](made[name], load);
  }
  return made[name].exports;
}
"""


@functools.cache
def program(entry: str) -> dict[str, bytes]:
    """One of the programs that run in the sandboxes, as a file of a job.

    Its modules are put into one file: looking for each of them costs node more than running it.

    Args:
        entry: Name of the module that is run, without its suffix.
    """
    folder = resources.files("verifiers.execution.languages.javascript") / "runtime"
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = (folder / f"{name}.js").read_text(encoding="utf-8")
            waiting.extend(_REQUIRED.findall(found[name]))
    modules = ",\n".join(
        f"{json.dumps(f'./{name}.js')}: function (module, require) {{ let {{ exports }} = module;\n{text}\n}}"
        for name, text in found.items()
    )
    head = f"'use strict';\nconst parts = {{ __proto__: null,\n{modules}\n}};\n"
    return {f"{HIDDEN}/{entry}.js": f"{head}{_LOAD}load('./{entry}.js');\n".encode()}


def expected(tests: TestSuite) -> tuple[str, ...]:
    """The ids that must be reported; see :class:`~verifiers.execution.languages.language.LanguageSupport`."""
    ids = (test_id(file.path, names) for file in read_tests(tests) for names in file.tests)
    return tuple(dict.fromkeys(ids))


def plan(order: Order) -> Apart | Shared:
    """How the tests are to be run.

    Raises:
        InvalidInput: the tests define ``check(candidate)`` and nothing says which function that is.
    """
    assert order.tests is not None
    read = read_tests(order.tests)
    sources = {file.path: file for file in order.tests.files}
    roots = {path: parse(path, file.content) for path, file in sources.items() if is_source(path)}
    names = find_names(order.task, dict(order.files), order.written, roots)
    helpers = tuple(root for path, root in roots.items() if path not in {file.path for file in read})
    judge = _judge_settings(order, read, names)
    tests = _test_files(sources, read)
    reason = why_shared(read, helpers, names.theirs)
    if reason:
        return Shared(_together(order, names, judge, tests), reason)
    fixtures = {
        path: file.content.encode()
        for path, file in order.files.items()
        if path not in order.written and not is_source(path)
    }
    guest = {"check": _sources(order.files), "names": {names.main: names.inner}, "prints": names.prints}
    return Apart(
        judge=Job(
            environment=JAVASCRIPT,
            argv=("sh", "-c", _JUDGE),
            env={"ACRISOL_NONCE": order.nonce},
            files=fixtures | tests | program("judge") | {f"{HIDDEN}/judge.json": _json(judge)},
            limits=order.judge_limits(),
        ),
        guest=Job(
            environment=JAVASCRIPT,
            argv=("sh", "-c", _GUEST),
            files=_contents(order.files) | program("guest") | {f"{HIDDEN}/guest.json": _json(guest)},
            limits=order.guest_limits(),
        ),
    )


def build(order: Order) -> Job:
    """The job that only checks that the candidate compiles."""
    settings = {"check": _sources(order.files)}
    return Job(
        environment=JAVASCRIPT,
        argv=("sh", "-c", _CHECK),
        files=_contents(order.files) | program("check") | {f"{HIDDEN}/guest.json": _json(settings)},
        limits=order.guest_limits(),
    )


def _judge_settings(order: Order, read: tuple[TestFile, ...], names: Names) -> dict[str, object]:
    if not names.entry and any(file.has_check for file in read):
        raise InvalidInput(
            "tests.entry_point",
            "the tests define check(candidate), and it cannot be told which function that is:",
            "name it in tests.entry_point.",
        )
    return {
        "files": [file.path for file in read],
        "scripts": [file.path for file in read if file.is_script],
        "check": {file.path: names.entry for file in read if file.has_check},
        "expected": [[file.path, list(parts)] for file in read for parts in file.tests],
        "candidate": names.candidate,
        "main": names.main,
        "scope": names.scope if names.main else [],
        "imported": sorted(set(names.imported)),
        "named": names.named,
    }


def _together(order: Order, names: Names, judge: dict[str, object], tests: dict[str, bytes]) -> Job:
    settings = judge | {"compile": _sources(order.files), "names": names.inner}
    return Job(
        environment=JAVASCRIPT,
        argv=("sh", "-c", _SHARED),
        stdin=order.nonce.encode(),
        files=_contents(order.files)
        | tests
        | program("shared")
        | program("together")
        | {f"{HIDDEN}/judge.json": _json(settings)},
        limits=order.guest_limits(),
    )


def _test_files(sources: Mapping[str, SourceFile], read: tuple[TestFile, ...]) -> dict[str, bytes]:
    """The tests' files; a script says before each statement that it got there."""
    found = {path: file.content.encode() for path, file in sources.items()}
    for file in read:
        text = found[file.path]
        for offset, line in reversed(file.lines):
            text = text[:offset] + f"{MARK}({line});".encode() + text[offset:]
        if file.has_check:
            text += b"\n;globalThis.__acrisol_check = check;"
        found[file.path] = text
    return found


def _sources(files: Mapping[str, SourceFile]) -> list[str]:
    return [path for path in files if is_source(path)]


def _contents(files: Mapping[str, SourceFile]) -> dict[str, bytes]:
    return {path: file.content.encode() for path, file in files.items()}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
