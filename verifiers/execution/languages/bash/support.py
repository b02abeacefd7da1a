"""Bash's row of the table."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from verifiers.domain import Finding, Language, Location, Severity, SourceFile, TestSuite
from verifiers.execution.languages.bash.source import compared_files, parse
from verifiers.execution.languages.bash.standing import (
    answering,
    needs_one_process,
    shared_variables,
    stand_ins,
)
from verifiers.execution.languages.bash.tests import (
    TestFile,
    is_script,
    read_tests,
    used_words,
)
from verifiers.execution.languages.language import Apart, LanguageSupport, Order, Shared
from verifiers.execution.run import STARTUP_S
from verifiers.sandbox.environments import BASH, Environment
from verifiers.sandbox.protocol import Job

HIDDEN = ".acrisol"
_RUNTIME = Path(__file__).parent / "runtime"
_SYNTAX = re.compile(r"^(?P<path>[^\n]+?): line (?P<line>\d+): (?P<text>.+)$", re.MULTILINE)
_CHECKED = re.compile(
    r"^(?P<path>[^\n:]+):(?P<line>\d+):(?P<column>\d+): (?P<kind>\w+): (?P<text>.+) \[(?P<rule>SC\d+)\]$",
    re.MULTILINE,
)


def toolchain(tools: Path) -> Environment | None:
    """The environment's row; None where there is no Bash. ShellCheck is used where it is there."""
    return Environment(name=BASH, image="acrisol/bash:1") if shutil.which("bash") else None


def expected(tests: TestSuite) -> tuple[str, ...]:
    """Ids of the tests.

    Raises:
        InvalidInput: they hold none.
    """
    return tuple(entry.id for file in read_tests(tests.files) for entry in file.entries)


def plan(order: Order) -> Apart | Shared:
    """Both sides, or one process where there is no other way."""
    assert order.tests is not None
    tests = read_tests(order.tests.files)
    scripts = answering(_scripts(order), tests)
    words = used_words(tests)
    shared = shared_variables(order, scripts, tests)
    data = _data(order.tests.files, order.files.values())
    compared = set().union(*(compared_files(parse(file.source)) for file in tests))
    common = {
        **_runtime(),
        f"{HIDDEN}/shared": "".join(f"{name}\n" for name in shared).encode(),
        f"{HIDDEN}/compared": "".join(f"{name}\n" for name in sorted(compared)).encode(),
    }
    judge = {
        **data,
        **common,
        **stand_ins(order, scripts, words),
        **_test_files(tests),
        f"{HIDDEN}/kept": _kept(tests, scripts),
    }
    own = _data(order.files.values())
    guest = {**own, **_sources(scripts.items()), **common, f"{HIDDEN}/kept": b"", f"{HIDDEN}/compared": b""}
    together = Job(
        environment=BASH,
        argv=_argv("run.sh", "together", *_listed(tests)),
        files={**data, **_sources(scripts.items()), **common, **_test_files(tests), f"{HIDDEN}/kept": b""},
        stdin=f"{order.nonce}\n".encode(),
        limits=order.guest_limits(),
    )
    if reason := needs_one_process(tests, scripts, words):
        return Shared(_announced(together), reason)
    env = {"ACRISOL_NONCE": order.nonce, "ACRISOL_WALL": f"{order.wall_s - STARTUP_S:g}"}
    return Apart(
        judge=Job(
            environment=BASH,
            argv=_argv("run.sh", "apart", *_listed(tests)),
            files=judge,
            env=env,
            limits=order.judge_limits(),
        ),
        guest=Job(
            environment=BASH,
            argv=_argv("serve.sh", "serve", *_checked(scripts)),
            files=guest,
            limits=order.guest_limits(),
        ),
    )


def build(order: Order) -> Job:
    """Only check the syntax."""
    scripts = {file.path: file for file in _scripts(order)}
    return Job(
        environment=BASH,
        argv=_argv("serve.sh", "only", *scripts),
        files={**_runtime(), **_sources(scripts.items())},
        limits=order.guest_limits(),
    )


def compiler_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Bash's syntax errors, and ShellCheck's remarks as warnings."""
    found = []
    for match in _SYNTAX.finditer(said):
        path = match["path"].removeprefix("/work/")
        if path in paths and not match["text"].startswith("`"):  # the line itself, said again
            found.append(
                _finding(path, match["line"], None, "bash.syntax-error", match["text"], Severity.HIGH)
            )
    for match in _CHECKED.finditer(said):
        path = match["path"].removeprefix("/work/")
        if path in paths:
            rule = f"shellcheck.{match['rule']}"
            found.append(_finding(path, match["line"], match["column"], rule, match["text"], Severity.LOW))
    return tuple(found)


def _finding(path: str, line: str, column: str | None, rule: str, said: str, severity: Severity) -> Finding:
    where = Location(path=path, line=max(1, int(line)), column=int(column) if column else None)
    return Finding(rule=rule, message=said, severity=severity, location=where)


def _argv(script: str, *arguments: str) -> tuple[str, ...]:
    return ("/bin/bash", f"/work/{HIDDEN}/{script}", *arguments)


def _announced(job: Job) -> Job:
    """A shared job tells first that there was nothing to build."""
    first = 'echo "acrisol: built" 1>&2; exec "$@"'
    return job.model_copy(update={"argv": ("/bin/sh", "-c", first, "sh", *job.argv)})


def _runtime() -> dict[str, bytes]:
    return {f"{HIDDEN}/{path.name}": path.read_bytes() for path in sorted(_RUNTIME.glob("*.sh"))}


def _scripts(order: Order) -> list[SourceFile]:
    """The candidate's scripts and the task's."""
    return [file for file in order.files.values() if is_script(file)]


def _sources(scripts: Iterable[tuple[str, SourceFile]]) -> dict[str, bytes]:
    return {path: file.content.encode() for path, file in scripts}


def _checked(scripts: dict[str, SourceFile]) -> tuple[str, ...]:
    """Paths to check: each file once, under its own name."""
    return tuple(dict.fromkeys(file.path for file in scripts.values()))


def _data(*groups: Iterable[SourceFile]) -> dict[str, bytes]:
    return {file.path: file.content.encode() for group in groups for file in group if not is_script(file)}


def _test_files(tests: Sequence[TestFile]) -> dict[str, bytes]:
    found = {}
    for at, file in enumerate(tests):
        found[file.path] = file.source.encode()
        lines = (f"{entry.id}\t{entry.function}\t{entry.name}\n" for entry in file.entries)
        found[f"{HIDDEN}/tests{at}"] = "".join(lines).encode()
    return found


def _listed(tests: Sequence[TestFile]) -> list[str]:
    return [
        part
        for at, file in enumerate(tests)
        if file.entries
        for part in (file.path, file.style, f"/work/{file.path}", f"/work/{HIDDEN}/tests{at}")
    ]


def _kept(tests: Sequence[TestFile], scripts: Iterable[str]) -> bytes:
    """What is never sent nor taken over: the tests, and what stands for the candidate's scripts."""
    paths = (*(file.path for file in tests), *scripts)
    return "".join(f"/work/{path}\n" for path in paths).encode()


SUPPORT = LanguageSupport(
    languages=(Language.BASH,),
    suffixes=(".sh", ".bash"),
    environment=BASH,
    version_command=("/bin/bash", "-c", "echo $BASH_VERSION"),
    toolchain=toolchain,
    expected=expected,
    plan=plan,
    build=build,
    compiler_findings=compiler_findings,
)
