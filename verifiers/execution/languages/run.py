"""Building and running in the sandbox, for every language of the table."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from verifiers.domain import Candidate, CodingTask, Finding, Judging, SourceFile, TestSuite
from verifiers.execution.languages.language import BUILT, NOT_BUILT, Apart, LanguageSupport, Order, Shared
from verifiers.execution.plan import HIDDEN
from verifiers.execution.report import read_report
from verifiers.execution.run import Run, TestLimits
from verifiers.sandbox.protocol import ExecResult, LinkedResult, Sandbox


@dataclass(frozen=True)
class NotBuilt:
    """A compiler refused.

    Attributes:
        part: ``candidate`` or ``tests``.
        findings: What the compiler said.
        isolation: What the sandbox was.
    """

    part: str
    findings: tuple[Finding, ...]
    isolation: str


@dataclass(frozen=True)
class Ran:
    """The tests were run.

    Attributes:
        run: What became of them.
        judging: Whether the candidate was kept apart.
        remarks: The compiler's warnings and what the candidate's run-time said.
    """

    run: Run
    judging: Judging
    remarks: tuple[Finding, ...] = ()


def order_for(
    task: CodingTask,
    candidate: Candidate,
    expected: Sequence[str],
    tests: TestSuite | None,
    limits: TestLimits,
    wall_s: float,
) -> Order:
    """What a row is asked to judge: a candidate's files win over the task's, the tests over both."""
    files: dict[str, SourceFile] = {file.path: file for file in (*task.files, *candidate.files)}
    own = {file.path for file in tests.files} if tests else set()
    kept = {
        path: file
        for path, file in files.items()
        if path not in own and PurePosixPath(path).parts[0] != HIDDEN
    }
    return Order(
        language=task.language,
        task=task,
        files=kept,
        written=tuple(file.path for file in candidate.files if file.path in kept),
        tests=tests,
        expected=tuple(expected),
        limits=limits,
        wall_s=wall_s,
        nonce=secrets.token_hex(16),
    )


def run_plan(
    sandbox: Sandbox, support: LanguageSupport, plan: Apart | Shared, order: Order
) -> Ran | NotBuilt:
    """Build and run.

    Raises:
        SandboxUnavailable: no sandbox could be had.
    """
    if isinstance(plan, Shared):
        result = sandbox.run(plan.job)
        linked = LinkedResult(judge=result, guest=result, guest_left_first=result.exit_code != 0)
        judging = Judging.SHARED
    else:
        linked = sandbox.run_linked(plan.judge, plan.guest)
        judging = Judging.APART
    said, built, rest = linked.guest.stderr.partition(BUILT)
    paths = tuple(order.files)
    remarks = support.compiler_findings(_text(said), paths)
    if linked.guest.exit_code == NOT_BUILT and not built:
        return NotBuilt("candidate", remarks, linked.guest.isolation)
    if judging is Judging.APART and linked.judge.exit_code == NOT_BUILT:
        tests = tuple(file.path for file in order.tests.files) if order.tests else ()
        found = support.compiler_findings(_text(linked.judge.stderr), tests)
        return NotBuilt("tests", found, linked.judge.isolation)
    report = read_report(rest if judging is Judging.SHARED else linked.judge.stderr, order.nonce)
    remarks = (*support.run_findings(_text(rest), paths), *remarks)
    return Ran(Run(report, linked, order.wall_s), judging, remarks)


def run_build(sandbox: Sandbox, support: LanguageSupport, order: Order) -> tuple[ExecResult, NotBuilt | None]:
    """Only build; the second is what the compiler refused, None if it did not.

    Raises:
        SandboxUnavailable: no sandbox could be had.
    """
    result = sandbox.run(support.build(order))
    if result.exit_code != NOT_BUILT:
        return result, None
    found = support.compiler_findings(_text(result.stderr), tuple(order.files))
    return result, NotBuilt("candidate", found, result.isolation)


def worst_first(findings: Iterable[Finding], most: int) -> tuple[Finding, ...]:
    """The ``most`` worst of them, each once."""
    once = {finding.fingerprint: finding for finding in findings}
    return tuple(sorted(once.values(), key=lambda finding: -finding.severity.rank)[:most])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
