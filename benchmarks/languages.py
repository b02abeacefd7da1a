"""HumanEvalPack in six languages: are right solutions accepted and wrong ones rejected, and how fast?

Every row has a canonical solution and one with a planted bug. Both are judged in the sandbox, with the tests
in a process of their own. Every so many rows the plain tool-chain command runs the same program without any
sandbox, in turn with ours, so that both meet the same machine.

Two rows are flaky in the data itself (Go/95 depends on map order, Rust/32 on random numbers): those are to be
called flaky or accepted, and a run that rejects them is counted as flaky only if the verdict says so.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.settings import AgentSettings
from benchmarks.datasets import DEFAULT_DATA, read_rows
from benchmarks.report import finish, machine, progress, table
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Status, TestSuite, Verdict
from verifiers.execution.languages.table import language_environments, support_for
from verifiers.execution.languages.tests_verifier import LanguageTestsVerifier
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox

GOAL = 0.5  # of the plain command's time, where compiling dominates
DATA_NAMES = {
    Language.PYTHON: "python",
    Language.JAVASCRIPT: "js",
    Language.JAVA: "java",
    Language.GO: "go",
    Language.RUST: "rust",
    Language.CPP: "cpp",
}
COMPILED = (Language.JAVA, Language.GO, Language.RUST, Language.CPP)
FLAKY = {"Go/95", "Rust/32"}
_RUNS_OF_FLAKY = 10  # of a row that is known to depend on chance; two, as usual, may agree by luck
_PLAIN_S = 120.0
_SECONDS = 90.0


@dataclass
class Result:
    """What one language came to.

    Attributes:
        accepted: Canonical solutions that passed.
        flaky: Canonical solutions that were called flaky.
        rejected: Buggy solutions that failed.
        reasons: Why those failed.
        wrong: What should not be, a line each.
        ours: Seconds a canonical problem.
        paired: (ours, plain) seconds of the rows that the plain command ran too.
        rows: How many there were.
    """

    rows: int = 0
    accepted: int = 0
    flaky: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    paired: list[tuple[float, float]] = field(default_factory=list)
    missing: str = ""

    @property
    def ratio(self) -> float | None:
        """Median of ours by median of the plain command; None where that did not run."""
        if not self.paired:
            return None
        ours, plain = zip(*self.paired, strict=True)
        return float(statistics.median(ours)) / float(statistics.median(plain))


def _reason(verdict: Verdict) -> str:
    if verdict.evidence.get("built") is False:
        return "does not compile"
    limit = verdict.evidence.get("limit")
    return {"time": "time-out", "memory": "memory"}.get(str(limit), "tests failed")


def _python(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    tests = TestSuite(
        files=(SourceFile(path="test_solution.py", content=row["test"]),), entry_point=row["entry_point"]
    )
    task = CodingTask(instruction=row["instruction"], tests=tests)
    return task, Candidate(files=(SourceFile(path="solution.py", content=row["prompt"] + code),))


def _plain_seconds(command: Sequence[str], folder: Path) -> float:
    start = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_PLAIN_S, check=False)
    took = time.monotonic() - start
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise LookupError(f"the plain command fails: {said[-200:]}")
    return took


def _pair(module: Any, row: dict[str, Any], ours: float, result: Result) -> None:
    """Run the plain command on a canonical solution that was just judged in ``ours`` seconds."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            command = module.plain(row, row["canonical_solution"], Path(folder))
            if shutil.which(command[0]) is None:
                raise LookupError(f"{command[0]} is not installed")
            result.paired.append((ours, _plain_seconds(command, Path(folder))))
        except LookupError as error:
            result.missing = str(error)


def _verifier(
    sandbox: Sandbox, language: Language, limits: TestLimits
) -> PythonTestsVerifier | LanguageTestsVerifier:
    support = support_for(language)
    if support is None:
        return PythonTestsVerifier(sandbox, limits)
    return LanguageTestsVerifier(sandbox, support, language, limits)


def measure(sandbox: Sandbox, language: Language, rows: Sequence[dict[str, Any]], plain_every: int) -> Result:
    """Judge both solutions of each row; the plain command on every ``plain_every``-th."""
    if language is Language.PYTHON:
        module: Any = None
    else:
        support = support_for(language)
        assert support is not None
        module = importlib.import_module(f"benchmarks.language_rows.{support.environment}")
    assemble = module.assemble if module else _python
    result = Result(rows=len(rows))
    for place, row in enumerate(rows):
        name = row["task_id"]
        progress(f"{language.value} {place + 1}/{len(rows)}")
        verifier = _verifier(sandbox, language, TestLimits(runs=_RUNS_OF_FLAKY if name in FLAKY else 2))
        task, candidate = assemble(row, row["canonical_solution"])
        start = time.monotonic()
        verdict = verifier.verify(task, candidate, _SECONDS)
        # The tests run again where they pass, to see whether they are flaky: one run is what compares.
        took = (time.monotonic() - start) / int(str(verdict.evidence.get("runs", 1)))
        result.ours.append(took)
        if verdict.status is Status.PASSED:
            result.accepted += 1
        elif verdict.evidence.get("flaky"):
            result.flaky += 1
        else:
            result.wrong.append(f"{name} canonical {verdict.status}: {verdict.summary}")
        if module and plain_every and place % plain_every == 0:
            _pair(module, row, took, result)
        task, candidate = assemble(row, row["buggy_solution"])
        verdict = verifier.verify(task, candidate, _SECONDS)
        if verdict.status is Status.FAILED:
            result.rejected += 1
            result.reasons[_reason(verdict)] += 1
        else:
            result.wrong.append(f"{name} buggy {verdict.status}: {verdict.summary}")
    return result


def _line(language: Language, result: Result) -> list[str]:
    ratio = result.ratio
    plain = [seconds for _, seconds in result.paired]
    reasons = ", ".join(f"{count} {reason}" for reason, count in result.reasons.most_common())
    return [
        language.value,
        f"{result.accepted}/{result.rows}" + (f" + {result.flaky} flaky" if result.flaky else ""),
        f"{result.rejected}/{result.rows}",
        reasons,
        f"{statistics.median(result.ours):.2f}",
        f"{statistics.median(plain):.2f}" if plain else (result.missing or "-"),
        f"{ratio:.2f}" if ratio is not None else "-",
    ]


def _is_right(result: Result) -> bool:
    """All of it, but that a row which is flaky in the data may be called so."""
    flaky = all(line.split()[0] in FLAKY for line in result.wrong)
    return result.rejected == result.rows and flaky and result.accepted + result.flaky >= result.rows - 1


def main() -> int:
    """Print the table; 0 if every verdict is right and every compiled language is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--languages", nargs="*", default=[language.value for language in DATA_NAMES])
    parser.add_argument("--every", type=int, default=1, help="judge every N-th row only")
    parser.add_argument("--plain-every", type=int, default=20, help="the plain command on every N-th of them")
    given = parser.parse_args()
    wanted = [language for language in DATA_NAMES if language.value in given.languages]
    tools = AgentSettings().tools.expanduser().resolve()
    sandbox = Bubblewrap(build_environments(languages=language_environments(tools)))
    results: dict[Language, Result] = {}
    try:
        for language in wanted:
            rows = read_rows(given.data / "humanevalpack" / f"{DATA_NAMES[language]}.jsonl")
            results[language] = measure(sandbox, language, rows[:: given.every], given.plain_every)
    finally:
        sandbox.close()
    progress("")
    print(f"{machine()}, {os.cpu_count()} cores\n")
    head = ["language", "canonical accepted", "buggy rejected", "why", "median s", "plain s", "ratio"]
    print(table(head, [_line(language, result) for language, result in results.items()]))
    for result in results.values():
        for line in result.wrong:
            print(f"- {line}")
    right = all(_is_right(result) for result in results.values())
    ratios = {
        language.value: result.ratio
        for language, result in results.items()
        if language in COMPILED and result.ratio is not None
    }
    fast = bool(ratios) and all(ratio <= GOAL for ratio in ratios.values())
    said = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()) or "not compared"
    verdicts = "all verdicts right" if right else "wrong verdicts above"
    return finish(f"{verdicts}; time by that of the plain command: {said} (goal: {GOAL})", right and fast)


if __name__ == "__main__":
    raise SystemExit(main())
