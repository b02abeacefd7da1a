"""Runs the tests of a candidate with forge, and looks at every call that a pass rests on.

Unit tests are recorded whole. Fuzz and invariant tests are run twice: with many inputs, which can only find a
failure, and, where the candidate could reach for the test runner at all, in replicas, whose calls are all
seen (``replicas.py``). Only the latter count as passes then.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verifiers.solidity.compiling.compilation import Compilation
from verifiers.solidity.testing.cheating import ASSUMED_FALSE, Watched, watch
from verifiers.solidity.testing.code_origin import Origins
from verifiers.solidity.testing.forge import Forge, ForgeOptions, ForgeRun
from verifiers.solidity.testing.forge_output import ForgeCase, report
from verifiers.solidity.testing.replicas import assumes, replicas_of, without_assume
from verifiers.solidity.testing.test_ids import ExpectedTest, Kind, without_comments
from verifiers.solidity.testing.test_layout import WATCH_FOLDER

REPLICAS = 32
_ENOUGH = 4  # replicas that must have been seen to pass; inputs that a test finds unfit show nothing
_BATCH_BYTES = 24 * 2**20  # of the records of one batch, roughly: each holds the code that was created
_MIN_S = 1.0
_REJECTED = "rejected too many inputs"
_REFUSED_ZERO = "private key cannot be 0"  # what vm.addr says in the place of vm.assume
_UNTURNED = "assumeNoRevert"
_ASSUMES = re.compile(r"\.assume\s*\(")


@dataclass(frozen=True)
class Outcome:
    """What became of one expected test.

    Attributes:
        test: The test.
        status: ``passed``, ``failed``, ``skipped``, ``missing`` (never reported), or ``unseen``: it passes,
            but too few of its runs could be watched.
        reason: Why it failed, or was not seen.
        counterexample: Inputs or calls that make it fail.
        gas: What it used; the median for a fuzz test.
        runs: Inputs or sequences that were tried.
        watched: Those of them whose calls were all seen; None where nothing had to be watched.
    """

    test: ExpectedTest
    status: str
    reason: str = ""
    counterexample: str = ""
    gas: int | None = None
    runs: int = 0
    watched: int | None = None


@dataclass
class WatchedRun:
    """What became of all of them.

    Attributes:
        outcomes: One for each expected test.
        set_up: Failures of what comes before the tests of a contract: its constructor, ``setUp``.
        cheats: What the candidate did that only tests may do -> the contract's file and name, where known.
        shared: Why the candidate's code runs as part of a test; empty if it does not.
        problem: Why there is no report; empty if there is one.
        timed_out: The time ran out.
        cpu_s: CPU seconds of the first run; None where they are not known.
        isolation: Where it ran.
    """

    outcomes: list[Outcome]
    set_up: list[ForgeCase] = field(default_factory=list)
    cheats: dict[str, tuple[str, str]] = field(default_factory=dict)
    shared: str = ""
    problem: str = ""
    timed_out: bool = False
    cpu_s: float | None = None
    isolation: str = ""


def run_watched(
    forge: Forge,
    compilation: Compilation,
    expected: Sequence[ExpectedTest],
    origins: Origins,
    seconds: float,
    options: ForgeOptions,
    *,
    watched: bool = True,
) -> WatchedRun:
    """Run the tests.

    Args:
        forge: The runner.
        compilation: Project and tests.
        expected: The tests that must be reported; others are not looked at.
        origins: Whose code is whose.
        seconds: Wall-clock limit.
        options: How the tests are run.
        watched: Make replicas where they are needed.

    Raises:
        ToolError: see :meth:`verifiers.solidity.testing.forge.Forge.test`.
    """
    end = time.monotonic() + seconds
    contracts = tuple(dict.fromkeys(test.contract for test in expected))
    run = forge.run(compilation, seconds, options.model_copy(update={"contracts": contracts, "traces": True}))
    result = WatchedRun([], problem=run.problem, timed_out=run.timed_out, isolation=run.isolation)
    result.cpu_s = run.result.cpu_s
    if run.problem and not _has_nothing_to_say(run):
        return result
    result.problem = ""
    _read(run, expected, origins, result)
    again = [
        outcome.test
        for outcome in result.outcomes
        if outcome.status == "passed" and outcome.test.kind is not Kind.UNIT
    ]
    if not watched or not again or not origins.can_call or result.cheats:
        return result
    seen = _Replicated(forge, compilation, origins, options)
    seen.run([test for test in again if test.kind is not Kind.TABLE], end, result)
    result.outcomes = [
        seen.judged(outcome) if outcome.test in again else outcome for outcome in result.outcomes
    ]
    return result


def _has_nothing_to_say(run: ForgeRun) -> bool:
    """Whether the runner found no test that it can run; then every expected one is missing."""
    said_nothing = not run.result.stdout.strip() and not run.result.truncated
    return said_nothing and not run.timed_out and run.result.exit_code == 0


def _read(run: ForgeRun, expected: Sequence[ExpectedTest], origins: Origins, result: WatchedRun) -> None:
    """The first run's outcomes, and what its records show."""
    traces = _traces(run)
    cases = {(case.path, case.contract, case.signature): case for case in run.cases}
    known = {test.key for test in expected}
    before: dict[tuple[str, str], ForgeCase] = {}
    wanted = {(test.path, test.contract) for test in expected}
    for key, case in cases.items():
        if key not in known and key[:2] in wanted and case.status != "passed":
            _note(watch(traces.get(key), origins), result)
            before[key[:2]] = case
            if case.status == "failed":
                result.set_up.append(case)
    for test in expected:
        if test.key in cases:
            found = watch(traces.get(test.key), origins)
            _note(found, result)
            result.outcomes.append(_outcome(test, cases[test.key], found))
        elif test.key[:2] in before:
            case = before[test.key[:2]]
            status = case.status if case.status == "skipped" else "missing"
            result.outcomes.append(Outcome(test, status, f"{case.name} came to nothing: {case.reason}"))
        else:
            result.outcomes.append(Outcome(test, "missing", "was never reported"))


def _outcome(test: ExpectedTest, case: ForgeCase, found: Watched) -> Outcome:
    status: str = case.status
    if status == "passed" and test.kind is Kind.UNIT and test.selector not in found.executed:
        status = "unseen"
    return Outcome(
        test=test,
        status=status,
        reason=case.reason if status != "unseen" else "there is no record of its calls",
        counterexample=case.counterexample,
        gas=case.gas,
        runs=case.runs,
    )


def _note(found: Watched, result: WatchedRun) -> None:
    for said, unit in found.cheats.items():
        result.cheats.setdefault(said, (unit.path, unit.name) if unit else ("", ""))
    result.shared = result.shared or found.shared


def _traces(run: ForgeRun) -> dict[tuple[str, str, str], Any]:
    suites: Mapping[str, Any] = report(run.result.stdout.decode("utf-8", "replace")) or {}
    found = {}
    for suite, results in suites.items():
        path, _, contract = suite.rpartition(":")
        for signature, test in results["test_results"].items():
            found[path, contract, signature] = test.get("traces")
    return found


class _Replicated:
    """Runs replicas, in batches whose records fit into memory, and counts what was seen."""

    def __init__(
        self, forge: Forge, compilation: Compilation, origins: Origins, options: ForgeOptions
    ) -> None:
        self._forge = forge
        self._compilation = compilation
        self._plain, turned = origins, origins.rewritten(without_assume)
        self._origins = replace(turned, names={**turned.names, ASSUMED_FALSE[:8]: "assume"})
        self._options = options
        self._passed: dict[tuple[str, str, str], int] = {}
        self._failed: dict[tuple[str, str, str], ForgeCase] = {}
        self._problem = ""

    def run(self, tests: Sequence[ExpectedTest], end: float, result: WatchedRun) -> None:
        """Run replicas of these tests until there are enough of them, or the time ends."""
        first = 0
        while tests and first < REPLICAS:
            left = end - time.monotonic()
            if left < _MIN_S:
                self._problem = "the time ended before enough of its runs could be watched"
                return
            size = min(REPLICAS - first, self._batch(tests))
            self._run_batch(tests, range(first, first + size), left, result)
            if self._problem or result.cheats:
                return
            first += size

    def judged(self, outcome: Outcome) -> Outcome:
        """What a passed test comes to."""
        test = outcome.test
        if (case := self._failed.get(test.key)) is not None:
            return replace(outcome, status="failed", reason=case.reason, counterexample=case.counterexample)
        count = self._passed.get(test.key, 0)
        if count >= _ENOUGH:
            return replace(outcome, watched=count)
        why = self._problem or f"only {count} of {REPLICAS} watched runs had an input that fits the test"
        if test.kind is Kind.TABLE:
            why = "the inputs of a table test cannot be watched one by one"
        return replace(outcome, status="unseen", reason=why, watched=count)

    def _batch(self, tests: Sequence[ExpectedTest]) -> int:
        each = 0
        for test in tests:
            unit = self._origins.unit(test.path, test.contract)
            each += 4 * len(unit.creation) if unit else 0
        return max(1, min(REPLICAS, _BATCH_BYTES // max(each, 1)))

    def _run_batch(
        self, tests: Sequence[ExpectedTest], seeds: range, seconds: float, result: WatchedRun
    ) -> None:
        options = self._options.model_copy(
            update={
                "tests": tuple(dict.fromkeys(test.name for test in tests)),
                "folder": WATCH_FOLDER,
                "no_rejects": True,
                "check_at_end": True,
                "traces": True,
            }
        )
        made = replicas_of(self._compilation, tests, seeds, options.seed, options.invariant_depth)
        run = self._forge.run(made.compilation, seconds, options)
        if run.problem:
            self._problem = f"its runs could not be watched: {run.problem}"
            return
        known, traces = {test.key: test for test in tests}, _traces(run)
        for case in run.cases:
            test = known.get((*made.originals.get(case.path, ("", "")), case.signature))
            if test is not None:
                found = watch(traces.get((case.path, case.contract, case.signature)), self._origins)
                _note(found, result)
                self._count(test, case, found, result)

    def _count(self, test: ExpectedTest, case: ForgeCase, found: Watched, result: WatchedRun) -> None:
        if case.status == "passed" and test.selector in found.executed:
            self._passed[test.key] = self._passed.get(test.key, 0) + 1
        elif case.status == "failed" and _REJECTED in case.reason:
            if not self._may_reject(test):
                said = f"the code that {test.name} tests ends runs with the runner's mark for unfit inputs"
                result.cheats.setdefault(said, ("", ""))
        elif case.status == "failed" and not (found.assumed and _REFUSED_ZERO in case.reason):
            self._failed.setdefault(test.key, case)

    def _may_reject(self, test: ExpectedTest) -> bool:
        """Whether the test itself may have found an input unfit, in a way that is not turned into another."""
        text = without_comments(self._compilation.project.sources.get(test.path, ""))
        # Where one contract's is recognised, all are: the compiler writes them alike.
        recognised = any(unit.trusted and assumes(unit.creation) for unit in self._plain.units)
        return _UNTURNED in text or (_ASSUMES.search(text) is not None and not recognised)
