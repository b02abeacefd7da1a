"""Go's row of the table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from verifiers.domain import Finding, Language, Location, Severity, SourceFile, TestSuite
from verifiers.execution.languages.go.declarations import read_declarations
from verifiers.execution.languages.go.source import as_main, default_name, main_renamed, package_of, parse
from verifiers.execution.languages.go.standin import make_pair
from verifiers.execution.languages.go.tests import Entry, Tests, needs_one_process, read_tests
from verifiers.execution.languages.language import Apart, LanguageSupport, Order, Shared
from verifiers.execution.run import STARTUP_S
from verifiers.sandbox.environments import GO, Bind, Environment
from verifiers.sandbox.protocol import Job

FOLDER = "/opt/acrisol/go"
_RUNTIME = Path(__file__).parent / "runtime"
_SAID = re.compile(
    r"^(?P<path>[^\s:][^:\n]*\.go):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<text>.+)$", re.MULTILINE
)
_TOOLS_BYTES = 640 * 2**20  # the compiler and the linker collect no garbage below 300 MB
_TOOLS_PIDS = 128  # their threads


def toolchain(tools: Path) -> Environment | None:
    """The environment's row; None where ``scripts/install-languages go`` has not run."""
    folder = tools / GO
    if not (folder / "bin" / "parent").exists():
        return None
    return Environment(
        name=GO,
        image="acrisol/go:1",
        binds=(Bind(source=folder.resolve(), target=FOLDER),),
        path=(f"{FOLDER}/bin",),
    )


def expected(tests: TestSuite) -> tuple[str, ...]:
    """Ids of the tests.

    Raises:
        InvalidInput: they do not parse or hold none.
    """
    return tuple(entry.id for entry in read_tests(tests.files).entries)


def plan(order: Order) -> Apart | Shared:
    """Build both sides, or one program where there is no other way."""
    assert order.tests is not None
    tests = read_tests(order.tests.files)
    sources = _package(order)
    pair = make_pair(read_declarations([file.content for file in sources.values()]), tests)
    together = _together(order, tests, sources)
    if reason := needs_one_process(tests, tuple(sources)) or pair.missing:
        return Shared(together, reason)
    light = "light" if _is_light(tests) else "full"
    standin = "acrisol_standin.go"
    judge = {
        **_data(order.tests.files, order.files.values()),
        "acrisol_main.go": _main(tests, False).encode(),
        standin: pair.standin.encode(),
        **_test_sources(tests),
    }
    names = sorted(name for name in judge if name.endswith(".go") and name != standin)
    guest = {
        **_data(order.files.values()),
        **_candidate_sources(sources),
        "acrisol_dispatch.go": pair.dispatch.encode(),
    }
    return Apart(
        judge=Job(
            environment=GO,
            argv=("/bin/sh", "-c", _script("judge"), "judge", light, tests.package, standin, *names),
            files=judge,
            env={"ACRISOL_NONCE": order.nonce, "ACRISOL_WALL": f"{order.wall_s - STARTUP_S:g}"},
            limits=order.judge_limits(memory_bytes=_TOOLS_BYTES, pids=_TOOLS_PIDS),
        ),
        guest=Job(
            environment=GO,
            argv=("/bin/sh", "-c", _script("guest"), "guest", "guest", *_sources_of(guest)),
            files=guest,
            limits=order.guest_limits(pids=_TOOLS_PIDS),
        ),
        together=together,
    )


def build(order: Order) -> Job:
    """Only build the candidate."""
    files = {**_data(order.files.values()), **_candidate_sources(_package(order))}
    files["acrisol_dispatch.go"] = b"package main\n\nfunc main() {}\n"
    return Job(
        environment=GO,
        argv=("/bin/sh", "-c", _script("guest"), "guest", "only", *_sources_of(files)),
        files=files,
        limits=order.guest_limits(memory_bytes=_TOOLS_BYTES, pids=_TOOLS_PIDS),
    )


def compiler_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """The compiler's errors; it has no warnings."""
    found = []
    for match in _SAID.finditer(said):
        path = match["path"].removeprefix("/work/").removeprefix("./")
        if path in paths:
            column = int(match["column"]) if match["column"] else None
            found.append(
                Finding(
                    rule="go.compile-error",
                    message=match["text"],
                    severity=Severity.HIGH,
                    location=Location(path=path, line=max(1, int(match["line"])), column=column or None),
                )
            )
    return tuple(found)


def _script(name: str) -> str:
    return (_RUNTIME / f"{name}.sh").read_text(encoding="utf-8")


def _package(order: Order) -> dict[str, SourceFile]:
    """The Go files that are judged: those beside ``solution.go``, else beside the first that was written."""
    paths = [path for path in order.files if path.endswith(".go") and not path.endswith("_test.go")]
    first = next((path for path in (*order.written, *paths) if path in paths), "")
    main = "solution.go" if "solution.go" in paths else first
    folder = PurePosixPath(main).parent
    return {path: order.files[path] for path in paths if PurePosixPath(path).parent == folder}


def _data(*groups: Iterable[SourceFile]) -> dict[str, bytes]:
    """Files that are not Go, under their own paths."""
    found: dict[str, bytes] = {}
    for group in groups:
        for file in group:
            if not file.path.endswith(".go"):
                found[file.path] = file.content.encode()
    return found


def _candidate_sources(sources: dict[str, SourceFile]) -> dict[str, bytes]:
    return {
        f"acrisol_candidate{at}.go": as_main(path, file.content, main_renamed(file.content)).encode()
        for at, (path, file) in enumerate(sources.items())
    }


def _test_sources(tests: Tests) -> dict[str, bytes]:
    found = {}
    for at, file in enumerate(tests.files):
        edits = [(start, end, "acrisolExitBy(os.Exit)") for start, end in file.exits]
        edits += [(start, end, "acrisolMain") for start, end in file.mains]
        found[f"acrisol_tests{at}.go"] = as_main(file.path, file.source, edits).encode()
    return found


def _sources_of(files: dict[str, bytes]) -> tuple[str, ...]:
    return tuple(sorted(name for name in files if name.endswith(".go")))


def _is_light(tests: Tests) -> bool:
    used = {path for path in tests.imports if path.startswith("github.com/stretchr/")}
    return used <= {f"github.com/stretchr/testify/{name}" for name in ("assert", "require")}


def _together(order: Order, tests: Tests, sources: dict[str, SourceFile]) -> Job:
    """Tests and candidate as one program."""
    assert order.tests is not None
    package = "main"
    if tests.package:
        first = next(iter(sources.values()), None)
        package = (package_of(parse(first.content)) if first else "") or default_name(tests.package)
    own = {
        f"acrisol_candidate{at}.go": as_main(
            path, file.content, () if tests.package else main_renamed(file.content), package
        ).encode()
        for at, (path, file) in enumerate(sources.items())
    }
    rest = {**_test_sources(tests), "acrisol_main.go": _main(tests, True).encode()}
    return Job(
        environment=GO,
        argv=(
            *("/bin/bash", "-c", _script("together"), "together", tests.package, str(len(own))),
            *(*sorted(own), *sorted(rest)),
        ),
        files={**_data(order.files.values(), order.tests.files), **own, **rest},
        env={"ACRISOL_NONCE": order.nonce},
        limits=order.guest_limits(memory_bytes=_TOOLS_BYTES, pids=_TOOLS_PIDS),
    )


def _main(tests: Tests, together: bool) -> str:
    entries = "\n".join(_entry(entry) for entry in tests.entries)
    files = ", ".join(_quoted(file.path) for file in tests.files)
    main = "TestMain" if any(file.has_main for file in tests.files) else "nil"
    return f"""package main

import acrisolTesting "testing"

func acrisolExitBy(func(int)) func(int) {{ return acrisolTesting.AcrisolExit }}

func main() {{
	acrisolTesting.AcrisolMain(acrisolTesting.AcrisolPlan{{
		Tests: []acrisolTesting.AcrisolTest{{
{entries}
		}},
		Files:    []string{{{files}}},
		Main:     {main},
		Together: {str(together).lower()},
	}})
}}
"""


def _entry(entry: Entry) -> str:
    output = f", Output: {_quoted(entry.output)}, Unordered: {str(entry.unordered).lower()}"
    parts = f"ID: {_quoted(entry.id)}, Name: {_quoted(entry.name)}, {entry.kind}: {entry.name}"
    return f"\t\t\t{{{parts}{output if entry.kind == 'Example' else ''}}},"


def _quoted(said: str) -> str:
    """A Go string: JSON's escapes are Go's too, but for the pairs that stand for one character."""
    return json.dumps(said, ensure_ascii=False)


SUPPORT = LanguageSupport(
    languages=(Language.GO,),
    suffixes=(".go",),
    environment=GO,
    version_command=("cat", f"{FOLDER}/version"),
    toolchain=toolchain,
    expected=expected,
    plan=plan,
    build=build,
    compiler_findings=compiler_findings,
)
