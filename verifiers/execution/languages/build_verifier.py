"""The verifiers ``java-build``, ``go-build`` and so on: does it compile? For tasks without tests."""

from __future__ import annotations

from pathlib import PurePosixPath

from verifiers.domain import Candidate, CodingTask, Language, Status, Verdict
from verifiers.execution.languages.language import LanguageSupport
from verifiers.execution.languages.run import order_for, run_build, worst_first
from verifiers.execution.languages.tests_verifier import MAX_REMARKS, not_built, nothing_to_run
from verifiers.execution.run import TestLimits
from verifiers.sandbox.protocol import Sandbox
from verifiers.verifier import Stage


class LanguageBuildVerifier:
    """Builds the candidate and runs nothing of it.

    Args:
        sandbox: Where the compiler runs.
        support: The language's row in the table.
        language: One of those that it serves.
        limits: What the compiler may use.
    """

    stage = Stage.SCREEN

    def __init__(
        self,
        sandbox: Sandbox,
        support: LanguageSupport,
        language: Language,
        limits: TestLimits | None = None,
    ) -> None:
        self.name = f"{language.value}-build"
        self._sandbox = sandbox
        self._support = support
        self._language = language
        self._limits = limits or TestLimits()

    def applies_to(self, task: CodingTask) -> bool:
        """Tasks of its language without tests: with them the tests' verifier builds."""
        return task.language is self._language and task.tests is None

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolError: no sandbox or no toolchain could be had.
        """
        wall = min(self._limits.wall_s, max(seconds, 2.0))
        order = order_for(task, candidate, (), None, self._limits, wall)
        if not any(PurePosixPath(path).suffix in self._support.suffixes for path in order.files):
            return nothing_to_run(self.name, self._language, self._support)
        result, refused = run_build(self._sandbox, self._support, order)
        if refused is not None:
            return not_built(self.name, refused)
        if result.exit_code != 0:
            return Verdict(
                verifier=self.name,
                status=Status.INCOMPLETE,
                summary=_why(result.timed_out, result.out_of_memory, result.exit_code, wall),
                evidence={"built": False, "tests": "none given", "isolation": result.isolation},
                duration_s=result.wall_s,
            )
        said = result.stderr.decode("utf-8", "replace")
        return Verdict(
            verifier=self.name,
            status=Status.PASSED,
            summary="the candidate compiles; there are no tests",
            findings=worst_first(self._support.compiler_findings(said, tuple(order.files)), MAX_REMARKS),
            evidence={"built": True, "tests": "none given", "isolation": result.isolation},
            duration_s=result.wall_s,
        )


def _why(timed_out: bool, out_of_memory: bool, exit_code: int | None, wall_s: float) -> str:
    if timed_out:
        return f"the compiler did not end within {wall_s:g} s"
    if out_of_memory:
        return "the compiler ran out of memory"
    return f"the compiler ended with exit code {exit_code}"
