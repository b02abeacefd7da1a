"""What the judge needs to know of a language; two that share a toolchain share a row of the table.

A test runs as two programs in two sandboxes. The *judge* holds the tests and, in place of the candidate, a
stand-in that is made from the candidate's declarations: each call of it goes over the link to the *guest*,
which holds the candidate and a dispatcher. Values cross as bytes that the reading side checks; neither side
ever holds the other's code. Both begin by building what they are given, inside their sandboxes.

The programs keep to one convention:

* A guest writes :data:`BUILT` to its stderr once it is built; what it wrote before is the compiler's, what
  comes after is the candidate's. A build that fails exits with :data:`NOT_BUILT`.
* A judge writes report lines (:func:`verifiers.execution.report.read_report`) to its stderr, each with the
  order's nonce. If the tests do not build against the stand-in it exits with :data:`NOT_BUILT`, after the
  candidate has shown that it does.
* A shared job does both: compiler output, :data:`BUILT`, then the report, written by a parent of the process
  that holds the candidate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from verifiers.domain import CodingTask, Finding, Language, SourceFile, TestSuite
from verifiers.execution.run import TestLimits
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import Job, Limits

NOT_BUILT = 97  # exit code of a program whose code does not compile
BUILT = b"acrisol: built\n"
UNCARRIED = "cannot be carried between the tests and the candidate"  # in a failed test's message

JUDGE_OUTPUT_BYTES = 4 * 2**20
GUEST_OUTPUT_BYTES = 256 * 2**10


@dataclass(frozen=True)
class Order:
    """What is to be judged.

    Attributes:
        language: One of the row's.
        task: The task.
        files: The task's files with the candidate's laid over them, by path; no test, nothing below the
            harness's own folder.
        written: Paths of the candidate's own files.
        tests: The tests; None where the candidate is only built.
        expected: Ids that must be reported.
        limits: What the suite may use.
        wall_s: Wall-clock seconds of the run.
        nonce: In every line of the report; the candidate never learns it.
    """

    language: Language
    task: CodingTask
    files: Mapping[str, SourceFile]
    written: tuple[str, ...]
    tests: TestSuite | None
    expected: tuple[str, ...]
    limits: TestLimits
    wall_s: float
    nonce: str

    def judge_limits(self, *, memory_bytes: int = 0, pids: int = 64) -> Limits:
        """Limits of a judge: its own code and the user's tests. ``memory_bytes``: at least that much."""
        return Limits(
            wall_s=self.wall_s,
            cpu_s=int(self.wall_s) + 1,
            memory_bytes=max(self.limits.memory_bytes, memory_bytes),
            pids=pids,
            output_bytes=JUDGE_OUTPUT_BYTES,
        )

    def guest_limits(self, *, memory_bytes: int = 0, pids: int = 0, cpu_s: int = 0) -> Limits:
        """Limits of a guest; memory and processes at least as given, where a compiler needs that much.

        ``cpu_s``: added to the suite's CPU seconds, for a compiler that runs in the candidate's own process.
        """
        return Limits(
            wall_s=self.wall_s,
            cpu_s=self.limits.cpu_s + cpu_s,
            memory_bytes=max(self.limits.memory_bytes, memory_bytes),
            pids=max(self.limits.pids, pids),
            output_bytes=GUEST_OUTPUT_BYTES,
        )


@dataclass(frozen=True)
class Apart:
    """Tests and candidate in two sandboxes.

    Attributes:
        judge: Builds and runs the tests.
        guest: Builds and serves the candidate.
        together: The same in one process, for tests that turn out not to fit the stand-in; None if there is
            no such way.
    """

    judge: Job
    guest: Job
    together: Job | None = None


@dataclass(frozen=True)
class Shared:
    """Tests and candidate in one process, because there is no other way: weaker evidence.

    Attributes:
        job: Builds and runs both.
        reason: Why, as the end of a sentence that begins with "because".
    """

    job: Job
    reason: str


@dataclass(frozen=True)
class LanguageSupport:
    """A row of the table.

    Attributes:
        languages: Those that it serves.
        suffixes: Of their source files.
        environment: The sandbox environment with its tools.
        version_command: Prints the toolchain's version, inside the sandbox.
        toolchain: The environment's row, made from the folder of tools that ``scripts/install-languages``
            fills; None where the tools are not installed.
        expected: Test ids, ``path::name``, read from the test source alone. Raises ``InvalidInput`` where the
            tests do not parse or hold none.
        plan: How the tests are to be run.
        build: The job that only builds the candidate: exit 0, or :data:`NOT_BUILT` with the compiler's words
            on stderr.
        compiler_findings: What a compiler said, as findings with lines: errors are HIGH, warnings LOW. The
            second argument names the candidate's files; others are left out.
        run_findings: What the candidate's run-time wrote (a sanitizer's report, say), in the same way.
    """

    languages: tuple[Language, ...]
    suffixes: tuple[str, ...]
    environment: str
    version_command: tuple[str, ...]
    toolchain: Callable[[Path], Environment | None]
    expected: Callable[[TestSuite], tuple[str, ...]]
    plan: Callable[[Order], Apart | Shared]
    build: Callable[[Order], Job]
    compiler_findings: Callable[[str, Sequence[str]], tuple[Finding, ...]]
    run_findings: Callable[[str, Sequence[str]], tuple[Finding, ...]] = lambda said, paths: ()
