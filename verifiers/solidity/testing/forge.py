"""Runs Foundry tests against a project, in the sandbox, with forge.

forge compiles nothing: it gets the answer of the one compilation (see ``replay.py``). It is offline, may run
no program and touch no file, and draws its fuzz inputs from a fixed seed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from pydantic import Field

from verifiers.domain import Value
from verifiers.errors import ToolFailed
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import ExecResult, Job, Limits, Sandbox
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.testing.forge_output import ForgeCase, parse
from verifiers.solidity.testing.replay import FOLDER, PROGRAM, is_taken, replaying
from verifiers.solidity.toolchain import INSTALL_HINT, SolidityToolchain

STD_FOLDER = "forge-std"
_MEMORY_BYTES = 2 * 2**30
_OUTPUT_BYTES = 64 * 2**20
_DISK_BYTES = 256 * 2**20
_PIDS = 128


class ForgeOptions(Value):
    """How tests are run.

    Attributes:
        fuzz_runs: Inputs for each fuzz test.
        invariant_runs: Sequences of calls for each invariant.
        invariant_depth: Calls in a sequence.
        seed: Of all that is drawn.
        contracts: Only tests of contracts of these names are run; all if empty.
        tests: Only tests of these names are run; all if empty.
        folder: Only tests of files below it are run; all if empty.
        no_rejects: The first input that a test finds unfit ends it.
        check_at_end: Invariants are checked once, when a sequence has ended.
        traces: Ask for the calls of every test.
    """

    fuzz_runs: int = Field(default=256, ge=1, le=100_000)
    invariant_runs: int = Field(default=64, ge=1, le=10_000)
    invariant_depth: int = Field(default=64, ge=1, le=10_000)
    seed: int = Field(default=0x5EED, ge=0)
    contracts: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    folder: str = ""
    no_rejects: bool = False
    check_at_end: bool = False
    traces: bool = False


@dataclass(frozen=True)
class ForgeRun:
    """What became of it.

    Attributes:
        cases: One for each test that was reported.
        problem: Why there is no report; empty if there is one.
        timed_out: The time ran out, or the CPU time did.
        isolation: Where it ran.
        compilation: What was run: the project with its tests.
        result: The end of the process.
    """

    cases: tuple[ForgeCase, ...]
    problem: str
    timed_out: bool
    isolation: str
    compilation: Compilation
    result: ExecResult


class Forge:
    """Runs tests. Safe to call from several threads.

    Args:
        sandbox: Where.
        toolchain: Where forge is.
        compilations: Compiles project and tests.
    """

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain, compilations: Compilations) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain
        self._compilations = compilations

    @property
    def tool(self) -> str:
        """As a verdict's ``tool``."""
        return f"forge {self._toolchain.forge_version}"

    def test(
        self,
        project: Project,
        tests: Mapping[str, str],
        seconds: float,
        options: ForgeOptions | None = None,
    ) -> ForgeRun | NotCompiled:
        """Compile a project together with tests, and run those.

        Args:
            project: What is tested.
            tests: Path -> text of the test files and of what belongs to them; stand in the place of the
                project's files of the same name. They may import ``forge-std/Test.sol``.
            seconds: Wall-clock limit for both.
            options: How they are run.

        Raises:
            ToolMissing: forge or a compiler is not installed.
            ToolFailed: one of them could not be run.
            SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
        """
        self._toolchain.require_forge()
        made = self._compilations.compile(with_tests(project, tests), seconds)
        if isinstance(made, NotCompiled):
            return made
        return self.run(made, seconds, options or ForgeOptions())

    def run(self, compilation: Compilation, seconds: float, options: ForgeOptions) -> ForgeRun:
        """Run the tests of what is compiled already; the rest is as for :meth:`test`."""
        limits = Limits(
            wall_s=max(0.5, seconds),
            cpu_s=max(2, int(2 * seconds) + 1),
            memory_bytes=_MEMORY_BYTES,
            output_bytes=_OUTPUT_BYTES,
            disk_bytes=_DISK_BYTES,
            pids=_PIDS,
        )
        job = Job(
            environment=SOLIDITY,
            argv=(self._toolchain.require_forge(), *arguments(options)),
            files=layout(compilation, options),
            env={"NO_COLOR": "1"},
            limits=limits,
        )
        result = self._sandbox.run(job)
        cases = parse(result.stdout.decode("utf-8", "replace")) if not result.truncated else None
        timed_out = result.timed_out or result.exit_code in (128 + 9, 128 + 24)
        problem = "" if cases is not None else _problem(result, seconds)
        return ForgeRun(cases or (), problem, timed_out, result.isolation, compilation, result)


def with_tests(project: Project, tests: Mapping[str, str]) -> Project:
    """The project that project and tests are together, with what they may import of ``forge-std``."""
    sources = {**project.sources, **tests}
    own = any(path.startswith(f"{STD_FOLDER}/") for path in (*sources, *project.libraries))
    return project.model_copy(
        update={"sources": sources, "libraries": {**({} if own else forge_std()), **project.libraries}}
    )


@cache
def forge_std() -> Mapping[str, str]:
    """Our part of ``forge-std``, by the names that it is imported by."""
    folder = files(__package__).joinpath("forge_std")
    return {
        f"{STD_FOLDER}/{entry.name}": entry.read_text()
        for entry in folder.iterdir()
        if entry.name.endswith(".sol")
    }


def arguments(options: ForgeOptions) -> tuple[str, ...]:
    """What forge is called with."""
    chosen: tuple[str, ...] = ()
    for what, names in (("--match-contract", options.contracts), ("--match-test", options.tests)):
        if names:
            # A test is matched by its name with the parameters' types, a contract by its bare name.
            chosen += (what, f"^({'|'.join(re.escape(name) for name in names)})(\\(|$)")
    if options.folder:
        chosen += ("--match-path", f"{options.folder}/**")
    return ("test", "--json", *(("-vvvv",) if options.traces else ()), *chosen)


def layout(compilation: Compilation, options: ForgeOptions) -> dict[str, bytes]:
    """The files of the job: the project, forge's settings and a ``solc`` that has the answer already."""
    project = compilation.project
    sources = {
        path: text.encode("utf-8", "replace")
        for path, text in project.files.items()
        if _fits(path) and not is_taken(path)
    }
    return {**sources, "foundry.toml": settings(project, options).encode(), **replaying(compilation)}


def settings(project: Project, options: ForgeOptions) -> str:
    """``foundry.toml``. JSON strings are TOML strings."""
    roots = sorted({path.split("/", 1)[0] for path in project.libraries if "/" in path and _fits(path)})
    remappings = [*project.remappings, *(f"{root}/={root}/" for root in roots)]
    lines = [
        "[profile.default]",
        'src = "."',
        'test = "."',
        f'script = "{FOLDER}/none"',
        f'out = "{FOLDER}/out"',
        f'cache_path = "{FOLDER}/cache"',
        "libs = []",
        f"remappings = {json.dumps(remappings)}",
        "offline = true",
        "auto_detect_solc = false",
        "auto_detect_remappings = false",
        f'solc = "./{PROGRAM}"',
        "ffi = false",
        "fs_permissions = []",
        "threads = 1",  # the inputs that are drawn depend on their number
        "[profile.default.fuzz]",
        f"runs = {options.fuzz_runs}",
        f'seed = "{options.seed:#x}"',
        *(("max_test_rejects = 1",) if options.no_rejects else ()),
        "[profile.default.invariant]",
        *(("max_assume_rejects = 1",) if options.no_rejects else ()),
        *(("check_interval = 0",) if options.check_at_end else ()),
        f"runs = {options.invariant_runs}",
        f"depth = {options.invariant_depth}",
        "shrink_run_limit = 500",
        "[lint]",
        "lint_on_build = false",
    ]
    return "\n".join(lines) + "\n"


def _fits(path: str) -> bool:
    """Whether a library's name can be that of a file; forge only reads it to find out who imports whom."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and str(PurePosixPath(path)) == path


def _problem(result: ExecResult, seconds: float) -> str:
    """Why there is no report.

    Raises:
        ToolFailed: forge could not be started.
    """
    if result.timed_out:
        return f"the tests did not end within {seconds:.1f} s"
    if result.out_of_memory:
        return f"the tests needed more than {_MEMORY_BYTES >> 20} MiB"
    if result.truncated:
        return f"the tests' report is longer than {_OUTPUT_BYTES >> 20} MiB"
    if result.exit_code in (128 + 9, 128 + 24):
        return "the tests used up their CPU time"
    said = [line for line in result.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    last = next((line for line in said if line.startswith("Error")), said[-1] if said else "it said nothing")
    if result.exit_code in (126, 127):
        raise ToolFailed(f"forge could not be run (exit {result.exit_code}: {last[:300]}).", INSTALL_HINT)
    return f"forge gave no report (exit {result.exit_code}: {last[:300]})"
