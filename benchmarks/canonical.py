"""Are known-good solutions accepted, also on a busy machine?

Runs the reference solutions of HumanEval and HumanEval+ through the Python verifiers, three times, the last
time with every core kept busy by something else. The peer fails one of its own references under load.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from agent.settings import AgentSettings
from agent.verifier_wiring import open_verifiers
from benchmarks.datasets import DEFAULT_DATA, read_rows
from benchmarks.report import finish, machine, progress, table
from benchmarks.stress import busy
from models.evaluation.formats.plus import plus_tests
from verifiers.domain import Candidate, CodingTask, Policy, SourceFile, Status, TestSuite, Verdict
from verifiers.pipeline import verify_candidate
from verifiers.verifier import Stage, Verifier


def _judge(row: dict[str, Any], tests: str, verifiers: tuple[Verifier, ...]) -> tuple[float, list[Verdict]]:
    task = CodingTask(
        instruction=row["prompt"],
        tests=TestSuite(files=(SourceFile(path="tests.py", content=tests),), entry_point=row["entry_point"]),
        policy=Policy(),
    )
    code = row["prompt"] + row["canonical_solution"]
    candidate = Candidate(files=(SourceFile(path="solution.py", content=code),))
    start = time.monotonic()
    verdicts = verify_candidate(task, candidate, verifiers)
    return time.monotonic() - start, [verdict for verdict in verdicts if verdict.status is not Status.PASSED]


def main() -> int:
    """Print the table; 0 if every reference was accepted in every run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    suites = {
        "HumanEval": [
            (row, row["test"]) for row in read_rows(arguments.data / "humaneval" / "HumanEval.jsonl.gz")
        ],
        "HumanEval+": [
            (row, plus_tests(row))
            for row in read_rows(arguments.data / "humanevalplus" / "HumanEvalPlus.jsonl.gz")
        ],
    }
    cores = os.cpu_count() or 1
    rows, failures = [], []
    with open_verifiers(AgentSettings()) as everything:
        verifiers = tuple(verifier for verifier in everything if verifier.stage <= Stage.RUN)
        for run in range(1, arguments.runs + 1):
            stressed = run == arguments.runs
            for name, problems in suites.items():
                progress(f"run {run}: {name}")
                with busy(cores if stressed else 0), ThreadPoolExecutor(cores) as pool:
                    judged = list(
                        pool.map(lambda problem: _judge(problem[0], problem[1], verifiers), problems)
                    )
                bad = [(row["task_id"], v) for (row, _), (_, v) in zip(problems, judged, strict=True) if v]
                failures += bad
                seconds = [duration for duration, _ in judged]
                rows.append(
                    [
                        name,
                        f"{run}{' (all cores busy)' if stressed else ''}",
                        f"{len(problems) - len(bad)}/{len(problems)}",
                        f"{statistics.median(seconds):.2f}",
                        f"{max(seconds):.2f}",
                    ]
                )
    progress("")
    print(machine())
    print(table(["suite", "run", "accepted", "median s", "slowest s"], rows))
    for task_id, verdicts in failures:
        print(f"- {task_id}: " + "; ".join(f"{v.verifier} {v.status}: {v.summary}" for v in verdicts))
    return finish(f"{len(failures)} reference solutions rejected (goal: 0)", not failures)


if __name__ == "__main__":
    raise SystemExit(main())
