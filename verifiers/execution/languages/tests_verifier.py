"""The verifiers ``java-tests``, ``go-tests`` and so on: the user's tests in any language of the table."""

from __future__ import annotations

from pathlib import PurePosixPath

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Finding, Judging, Language, Severity, Status, Verdict
from verifiers.errors import InvalidInput
from verifiers.execution.flaky import repeated
from verifiers.execution.languages.language import UNCARRIED, Apart, LanguageSupport, Shared
from verifiers.execution.languages.run import NotBuilt, Ran, order_for, run_plan, worst_first
from verifiers.execution.outcome import decide
from verifiers.execution.run import STARTUP_S, TestLimits
from verifiers.sandbox.protocol import Sandbox
from verifiers.verifier import Stage

MAX_REMARKS = 50


class LanguageTestsVerifier:
    """Builds the candidate and runs the user's tests.

    Args:
        sandbox: Where judge and candidate run.
        support: The language's row in the table.
        language: One of those that it serves.
        limits: What a suite may use.
    """

    stage = Stage.RUN

    def __init__(
        self,
        sandbox: Sandbox,
        support: LanguageSupport,
        language: Language,
        limits: TestLimits | None = None,
    ) -> None:
        self.name = f"{language.value}-tests"
        self._sandbox = sandbox
        self._support = support
        self._language = language
        self._limits = limits or TestLimits()

    def applies_to(self, task: CodingTask) -> bool:
        """Tasks of its language with tests."""
        return task.language is self._language and task.tests is not None

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`.

        Raises:
            InvalidInput: the tests do not parse or hold no test.
            ToolError: no sandbox or no toolchain could be had, or the judge broke.
        """
        return repeated(lambda left: self._judge(task, candidate, left), seconds, self._limits.runs)

    def _judge(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        if task.tests is None:
            raise InvalidInput("tests", "there are none:", "give tests.")
        expected = self._support.expected(task.tests)
        wall = min(self._limits.wall_s, max(seconds, STARTUP_S + 0.5))
        order = order_for(task, candidate, expected, task.tests, self._limits, wall)
        if not any(PurePosixPath(path).suffix in self._support.suffixes for path in order.files):
            return nothing_to_run(self.name, self._language, self._support)
        plan = self._support.plan(order)
        if isinstance(plan, Shared) and not task.policy.allow_shared_judge:
            return _not_apart(self.name, plan.reason)
        ran = run_plan(self._sandbox, self._support, plan, order)
        unfit = isinstance(ran, NotBuilt) and ran.part == "tests"
        if unfit and isinstance(plan, Apart) and plan.together:
            shared = Shared(plan.together, "they do not compile against the candidate's stand-in")
            together = run_plan(self._sandbox, self._support, shared, order)
            if not isinstance(together, NotBuilt):
                if not task.policy.allow_shared_judge:
                    return _not_apart(self.name, shared.reason)
                plan, ran = shared, together
        if isinstance(ran, NotBuilt):
            return not_built(self.name, ran)
        if isinstance(plan, Apart) and (said := _uncarried(ran)):
            return _not_carried(self.name, said)
        extra: dict[str, JsonValue] = {"tests": "given"}
        if isinstance(plan, Shared):
            extra["shared_because"] = plan.reason
        verdict = decide(self.name, expected, ran.run, self._limits, ran.judging, seconds, extra)
        findings = (*verdict.findings, *worst_first(ran.remarks, MAX_REMARKS))
        return verdict.model_copy(update={"findings": findings})


def _uncarried(ran: Ran) -> str:
    """What a test says that failed on a value which the stand-in cannot hold; empty if none did."""
    return next((item.message for item in ran.run.report.results if UNCARRIED in item.message), "")


def not_built(name: str, built: NotBuilt) -> Verdict:
    """The verdict on code that the compiler refused."""
    errors = tuple(item for item in built.findings if item.severity.rank >= Severity.HIGH.rank)
    said = f": {errors[0].message.splitlines()[0][:200]}" if errors else ""
    what = "does not compile" if built.part == "candidate" else "does not fit the tests, which do not compile"
    return Verdict(
        verifier=name,
        status=Status.FAILED,
        summary=f"the candidate {what}{said}",
        findings=worst_first(built.findings, MAX_REMARKS)
        or (Finding(rule="does-not-compile", message=f"the candidate {what}", severity=Severity.HIGH),),
        evidence={"built": False, "part": built.part, "isolation": built.isolation},
    )


def nothing_to_run(name: str, language: Language, support: LanguageSupport) -> Verdict:
    """The verdict on a candidate without a file of the language."""
    suffixes = " or ".join(support.suffixes)
    return Verdict(
        verifier=name,
        status=Status.FAILED,
        summary=f"the candidate has no {suffixes} file",
        findings=(
            Finding(
                rule="no-source-file",
                message=f"there is no {suffixes} file to run",
                severity=Severity.HIGH,
                fix=f"Answer with one {language.value} file.",
            ),
        ),
        evidence={"built": False},
    )


def _not_apart(name: str, reason: str) -> Verdict:
    return Verdict(
        verifier=name,
        status=Status.INCOMPLETE,
        summary=(
            f"the tests can only run in one process with the candidate (because {reason}), where it could "
            "reach the verdict; allow that with policy.allow_shared_judge, or rewrite the test"
        ),
        evidence={"judging": Judging.SHARED.value, "shared_because": reason, "ran": False},
    )


def _not_carried(name: str, said: str) -> Verdict:
    """The verdict where a value could not be carried, whatever the policy allows.

    The words may be the candidate's own: it must not be able to choose that it is judged in one process.
    """
    return Verdict(
        verifier=name,
        status=Status.INCOMPLETE,
        summary=f"a value cannot go between the tests and the candidate: {said[:200]}",
        evidence={"judging": Judging.APART.value, "ran": False},
    )
