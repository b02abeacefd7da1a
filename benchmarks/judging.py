"""What does it cost to keep the judge apart from the judged, and does it change any verdict?

The reference solutions of HumanEval, HumanEval+, MBPP and MBPP+ are judged twice: with the candidate in a
process and sandbox of its own, and in one process with the tests, as every other harness does it. Then every
cheating candidate of the test suite is judged in both ways.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cheating import judge_cheats
from benchmarks.datasets import DEFAULT_DATA, read_rows
from benchmarks.report import finish, machine, progress, table
from models.evaluation.formats.plus import mbpp_plus_tests, plus_tests
from verifiers.domain import Candidate, CodingTask, SourceFile, Status, TestSuite
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments

GOAL = 1.5
TIMED = 40  # problems of each set whose time is taken, one after the other
_LIMITS = TestLimits(runs=1, cpu_s=30, wall_s=120)


@dataclass(frozen=True)
class Problem:
    """One reference solution and its tests."""

    name: str
    task: CodingTask
    candidate: Candidate


def _problem(name: str, instruction: str, code: str, tests: str, entry_point: str | None) -> Problem:
    suite = TestSuite(files=(SourceFile(path="tests.py", content=tests),), entry_point=entry_point)
    return Problem(
        name,
        CodingTask(instruction=instruction, tests=suite),
        Candidate(files=(SourceFile(path="solution.py", content=code),)),
    )


def _human_eval(data: Path) -> Iterator[Problem]:
    for row in read_rows(data / "humaneval" / "HumanEval.jsonl.gz"):
        code = row["prompt"] + row["canonical_solution"]
        yield _problem(row["task_id"], row["prompt"], code, row["test"], row["entry_point"])


def _human_eval_plus(data: Path) -> Iterator[Problem]:
    for row in read_rows(data / "humanevalplus" / "HumanEvalPlus.jsonl.gz"):
        code = row["prompt"] + row["canonical_solution"]
        yield _problem(row["task_id"], row["prompt"], code, plus_tests(row), row["entry_point"])


def _mbpp(data: Path) -> Iterator[Problem]:
    for row in read_rows(data / "mbpp" / "mbpp.jsonl"):
        tests = "\n".join([row["test_setup_code"], *row["test_list"], *row["challenge_test_list"]]) + "\n"
        yield _problem(f"MBPP/{row['task_id']}", row["text"], row["code"], tests, None)


def _mbpp_plus(data: Path) -> Iterator[Problem]:
    for row in read_rows(data / "mbppplus" / "MbppPlus.jsonl.gz"):
        code = row["prompt"] + row["canonical_solution"]
        yield _problem(row["task_id"], row["prompt"], code, mbpp_plus_tests(row), row["entry_point"])


SETS = {"HumanEval": _human_eval, "HumanEval+": _human_eval_plus, "MBPP": _mbpp, "MBPP+": _mbpp_plus}


@dataclass(frozen=True)
class Judged:
    """One problem in both ways; ``apart`` is None where its tests need one process."""

    name: str
    apart: Status | None
    shared: Status
    said: str


def _judge(problem: Problem, apart: PythonTestsVerifier, shared: PythonTestsVerifier) -> Judged:
    one = shared.verify(problem.task, problem.candidate, 120.0)
    other = apart.verify(problem.task, problem.candidate, 120.0)
    could = other.evidence.get("ran") is not False
    return Judged(
        problem.name,
        other.status if could else None,
        one.status,
        f"apart: {other.summary}; shared: {one.summary}",
    )


def _cost(problems: list[Problem], apart: PythonTestsVerifier, shared: PythonTestsVerifier) -> float:
    """Seconds apart for each second shared: the median over problems, each judged in both ways in turn."""
    ratios = []
    for problem in problems:
        seconds = []
        for verifier in (shared, apart):
            start = time.monotonic()
            verifier.verify(problem.task, problem.candidate, 120.0)
            seconds.append(time.monotonic() - start)
        ratios.append(seconds[1] / seconds[0])
    return statistics.median(ratios)


def main() -> int:
    """Print the tables; 0 if no verdict differs, apart costs little, and no cheat passes apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--sample", type=int, default=None, help="only every so many-th problem, to so many")
    parser.add_argument("--no-cheats", action="store_true")
    arguments = parser.parse_args()
    lines, differing, ratios = [], [], []
    with closing(Bubblewrap(build_environments())) as sandbox:
        apart = PythonTestsVerifier(sandbox, _LIMITS)
        shared = PythonTestsVerifier(sandbox, _LIMITS, always_shared=True)
        for name, read in SETS.items():
            problems = list(read(arguments.data))
            if arguments.sample:
                problems = problems[:: max(1, len(problems) // arguments.sample)][: arguments.sample]
            progress(name)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                judged = list(pool.map(lambda problem: _judge(problem, apart, shared), problems))
            could = [one for one in judged if one.apart is not None]
            different = [one for one in could if one.apart is not one.shared]
            progress(f"{name}: time")
            ratio = _cost(problems[:: max(1, len(problems) // TIMED)][:TIMED], apart, shared)
            ratios.append(ratio)
            differing += different
            lines.append(
                [name, len(problems), f"{len(could)}/{len(problems)}",
                 sum(one.apart is Status.PASSED for one in judged),
                 sum(one.shared is Status.PASSED for one in judged),
                 f"{len(could) - len(different)}/{len(could)}", f"{ratio:.2f}"]
            )  # fmt: skip
        cheats = [] if arguments.no_cheats else judge_cheats(sandbox)
    progress("")
    print(machine())
    print(table(["set", "problems", "could run apart", "accepted apart", "accepted shared", "agree",
                 "apart / shared, seconds"], lines))  # fmt: skip
    for one in differing:
        print(f"- {one.name}: {one.said}")
    passed = [cheat for cheat in cheats if cheat.apart]
    through = [cheat for cheat in cheats if cheat.shared]
    if cheats:
        print("\n" + table(["cheat", "with", "apart", "shared"], [cheat.row() for cheat in cheats]))
    return finish(
        f"{len(differing)} verdicts differ (goal: 0); apart costs at most {max(ratios):.2f}x "
        f"shared (goal: {GOAL}x); {len(passed)} of {len(cheats)} cheats pass apart (goal: 0), "
        f"{len(through)} shared",
        not differing and max(ratios) <= GOAL and not passed,
    )


if __name__ == "__main__":
    raise SystemExit(main())
