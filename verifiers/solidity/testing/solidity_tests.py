"""The verifier ``solidity-tests``: the user's forge tests, which the code under test cannot reach."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Judging, Language, Status, Verdict
from verifiers.errors import InvalidInput
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.testing.code_origin import Origins, origins_of
from verifiers.solidity.testing.forge import Forge, ForgeOptions, with_tests
from verifiers.solidity.testing.test_ids import ExpectedTest, expected_tests, has_properties, has_tests
from verifiers.solidity.testing.test_layout import Layout, layout
from verifiers.solidity.testing.test_verdict import NAME, decide, evidence_of, no_report, not_apart, not_built
from verifiers.solidity.testing.watched_run import WatchedRun, run_watched
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Stage

WALL_S = 60.0  # a suite may take this long
CPU_S = 15.0  # and one that took less CPU time when the wall clock ended it may be good
_LEAST_S = 1.0
_RECORD_BROKEN = "key must be a string"  # forge's words where a contract turned the record of its calls off


@dataclass(frozen=True)
class _Suite:
    """What is run."""

    layout: Layout
    compilation: Compilation
    expected: tuple[ExpectedTest, ...]
    origins: Origins


class SolidityTestsVerifier:
    """Compiles the candidate with the user's tests and runs those.

    Args:
        sandbox: Where the runner runs.
        toolchain: Where forge is.
        compilations: Compiles project and tests.
        options: How the tests are run.
    """

    name = NAME
    stage = Stage.RUN

    def __init__(
        self,
        sandbox: Sandbox,
        toolchain: SolidityToolchain,
        compilations: Compilations,
        options: ForgeOptions | None = None,
    ) -> None:
        self._toolchain = toolchain
        self._compilations = compilations
        self._forge = Forge(sandbox, toolchain, compilations)
        self._options = options or ForgeOptions()

    def applies_to(self, task: CodingTask) -> bool:
        """Solidity tasks with tests."""
        if task.language is not Language.SOLIDITY or task.tests is None:
            return False
        return has_tests(task.tests) or not has_properties(task.tests)

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """See :class:`verifiers.verifier.Verifier`.

        Raises:
            InvalidInput: there are no tests.
            ToolError: forge, a compiler or a sandbox is missing or broken.
        """
        started = time.monotonic()
        verdict = self._judge(task, candidate, seconds)
        return verdict.model_copy(
            update={
                "tool": verdict.tool or self._forge.tool,
                "duration_s": time.monotonic() - started,
            }
        )

    def _judge(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        if task.tests is None:
            raise InvalidInput("tests", "there are none:", "give tests.")
        self._toolchain.require_forge()
        end = time.monotonic() + seconds
        laid = layout(task, candidate, task.tests)
        made = self._compilations.compile(with_tests(laid.project, laid.tests), seconds)
        if isinstance(made, NotCompiled):
            return not_built(laid, made)
        expected = expected_tests(made.output, laid.tests, made.project.files)
        suite = _Suite(laid, made, expected, origins_of(made, laid.candidate))
        if not expected:
            return _no_tests(suite)
        shared = _shared(suite)
        if shared and not task.policy.allow_shared_judge:
            return _not_apart(suite, shared)
        return self._run(task, suite, shared, end - time.monotonic())

    def _run(self, task: CodingTask, suite: _Suite, shared: str, seconds: float) -> Verdict:
        wall = max(_LEAST_S, min(WALL_S, seconds))
        run = run_watched(
            self._forge,
            suite.compilation,
            suite.expected,
            suite.origins,
            wall,
            self._options,
            watched=not shared,
        )
        evidence = self._evidence(suite, run, wall)
        if _RECORD_BROKEN in run.problem and not _turns_off_records(suite):
            run.cheats = {"a contract turns off the record of its calls (pauseTracing)": ("", "")}
            run.problem = ""
        if run.problem:
            # A busy machine must not fail good code: what counts is the CPU time, where it is known.
            idle = run.cpu_s is not None and run.cpu_s < CPU_S
            hurried = idle or (run.cpu_s is None and wall < WALL_S)
            return no_report(suite.layout, run, suite.expected, evidence, hurried=hurried)
        if run.shared and task.policy.allow_shared_judge:
            shared = shared or run.shared
        return decide(suite.layout, run, evidence, shared=shared)

    def _evidence(self, suite: _Suite, run: WatchedRun, wall_s: float) -> dict[str, JsonValue]:
        options = self._options
        return {
            "isolation": run.isolation,
            "versions": {
                "forge": self._toolchain.forge_version,
                "solc": suite.compilation.compiler.version,
            },
            "cpu_s": run.cpu_s,
            "packages": list(suite.compilation.packages),
            "wall_limit_s": wall_s,
            "fuzz_runs": options.fuzz_runs,
            "invariant_runs": options.invariant_runs,
            "invariant_depth": options.invariant_depth,
            "seed": options.seed,
            "can_call": suite.origins.can_call,
            "runs": 1,
            "flaky": False,
        }


def _shared(suite: _Suite) -> str:
    """Why the candidate's code is part of a test contract; empty if it is of none."""
    for test in suite.expected:
        unit = suite.origins.unit(test.path, test.contract)
        if unit is None or not unit.trusted:
            return f"{test.contract} holds code of the candidate: it inherits from it or uses its functions"
    return ""


def _turns_off_records(suite: _Suite) -> bool:
    return any("pauseTracing" in text for text in suite.layout.tests.values())


def _not_apart(suite: _Suite, reason: str) -> Verdict:
    return Verdict(
        verifier=NAME,
        status=Status.INCOMPLETE,
        summary=not_apart(reason),
        evidence={"judging": Judging.SHARED.value, "shared_because": reason, "ran": False},
    )


def _no_tests(suite: _Suite) -> Verdict:
    return Verdict(
        verifier=NAME,
        status=Status.INCOMPLETE,
        summary="there is no test in the tests: no contract that can be deployed has a test function",
        evidence=evidence_of(suite.layout, ()),
    )
