"""Why tests can only run in one process with the candidate; told from the tests alone."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from verifiers.execution.languages.javascript.syntax import imports, text_of, walk
from verifiers.execution.languages.javascript.tests_source import TestFile

_MODULES = {
    "child_process": "they start programs",
    "cluster": "they start programs",
    "worker_threads": "they start threads",
    "vm": "they evaluate code of their own",
    "fs": "they exchange files with the candidate",
    "fs/promises": "they exchange files with the candidate",
    "http": "they talk to the candidate over the network",
    "https": "they talk to the candidate over the network",
    "http2": "they talk to the candidate over the network",
    "net": "they talk to the candidate over the network",
    "supertest": "they talk to the candidate over the network",
    "async_hooks": "they look into the candidate's event loop",
}
_CALLS = {
    "jest.mock": "they replace modules",
    "jest.doMock": "they replace modules",
    "jest.unmock": "they replace modules",
    "jest.resetModules": "they load the candidate again",
    "jest.isolateModules": "they load the candidate again",
    "jest.requireActual": "they replace modules",
    "jest.unstable_mockModule": "they replace modules",
    "jest.useFakeTimers": "they replace the clock",
    "vi.mock": "they replace modules",
    "vi.doMock": "they replace modules",
    "vi.resetModules": "they load the candidate again",
    "vi.useFakeTimers": "they replace the clock",
    "vi.stubGlobal": "they replace global names",
    "vi.stubEnv": "they change the environment",
    "mock.module": "they replace modules",
    "mock.timers.enable": "they replace the clock",
    "t.mock.timers.enable": "they replace the clock",
    "mock.timers.tick": "they replace the clock",
    "sinon.useFakeTimers": "they replace the clock",
    "proxyquire": "they replace modules",
    "rewire": "they replace modules",
    "require.resolve": "they ask where the candidate lies",
    "fetch": "they talk to the candidate over the network",
}
_GLOBALS = frozenset(("global", "globalThis", "window", "process"))
_BUILTINS = frozenset(("Math", "Date", "JSON", "Object", "Array", "String", "Number", "Promise", "Symbol"))
_CARRIED = frozenset(("process.exitCode", "process.stdout.write", "process.stderr.write"))
_SPIES = frozenset(("jest.spyOn", "vi.spyOn", "mock.method", "t.mock.method", "mock.getter", "sinon.stub"))


def why_shared(files: tuple[TestFile, ...], helpers: tuple[Node, ...], theirs: frozenset[str]) -> str:
    """The reason, as the end of a sentence that begins with "because"; empty where there is none.

    Args:
        files: The files that hold tests.
        helpers: The trees of the others.
        theirs: Names in the tests that stand for something of the candidate's.
    """
    for root in (*(file.root for file in files), *helpers):
        for reason in _reasons(root, theirs):
            return reason
    return ""


def _reasons(root: Node, theirs: frozenset[str]) -> Iterator[str]:
    for name, _ in imports(root):
        reason = _MODULES.get(name.removeprefix("node:"))
        if reason:
            yield reason
    for node in walk(root):
        if node.type == "call_expression":
            yield from _of_call(node)
        elif node.type in ("assignment_expression", "augmented_assignment_expression"):
            yield from _of_assignment(text_of(node.child_by_field_name("left")))
        elif node.type == "unary_expression" and text_of(node).startswith("delete "):
            yield from _of_assignment(text_of(node.child_by_field_name("argument")))
        elif node.type == "member_expression" and text_of(node) == "require.cache":
            yield "they load the candidate again"
        elif node.type == "class_heritage" and any(
            part.type == "identifier" and text_of(part) in theirs for part in walk(node)
        ):
            yield "they derive a class from one of the candidate's"


def _of_call(node: Node) -> Iterator[str]:
    called = text_of(node.child_by_field_name("function"))
    if called in _CALLS:
        yield _CALLS[called]
    if called in _SPIES:
        given = node.child_by_field_name("arguments")
        first = text_of(given.named_children[0]) if given and given.named_children else ""
        if first in _GLOBALS | _BUILTINS:
            yield "they replace parts of the language"
    if called == "Object.defineProperty":
        given = node.child_by_field_name("arguments")
        first = text_of(given.named_children[0]) if given and given.named_children else ""
        if first.split(".")[0] in _GLOBALS | _BUILTINS:
            yield "they replace parts of the language"


def _of_assignment(target: str) -> Iterator[str]:
    base = target.partition(".")[0].partition("[")[0]
    if target in _CARRIED or base == target:
        return
    if base in _GLOBALS:
        yield "they change the environment or global names"
    elif base in _BUILTINS:
        yield "they replace parts of the language"
