"""Does the whole loop agree with published labels?

Five models' recorded HumanEval answers (the seed programs of the LDB study, with its labels ``is_solved``) go
through the agent: extraction, Python tests judged apart, Semgrep. The peer is the study's own harness,
which runs candidate and tests in one process: its labels are what ours are held against.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from agent.settings import AgentSettings
from agent.wiring import Agent, build_agent
from benchmarks.datasets import DEFAULT_DATA, read_rows
from benchmarks.report import finish, machine, progress, table
from verifiers.domain import Budget, CodingTask, Outcome, OutcomeStatus, SourceFile, TestSuite

MODELS = ("starcoder", "codellama", "gpt-3.5-turbo-0613", "gpt-4-1106-preview", "reflexion")
GOAL = 0.99


def _record(rows: list[dict[str, Any]], path: Path) -> None:
    """Write the answers in the recorded model's format, found by the task's text."""
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            answer = {"contains": row["prompt"].strip(), "completions": [row["solution"]], "repeat": True}
            file.write(json.dumps(answer) + "\n")


def _solve(agent: Agent, row: dict[str, Any]) -> Outcome:
    suite = TestSuite(
        files=(SourceFile(path="tests.py", content=row["test"]),), entry_point=row["entry_point"]
    )
    task = CodingTask(instruction=row["prompt"], tests=suite, budget=Budget(attempts=1, samples=1))
    return agent.solve(task)


def _said(outcome: Outcome) -> str:
    verdicts = outcome.attempts[-1].verdicts if outcome.attempts else ()
    bad = [f"{verdict.verifier} {verdict.status}: {verdict.summary}" for verdict in verdicts]
    return bad[-1] if bad else outcome.reason


def main() -> int:
    """Print the table and every disagreement; 0 if at least 99% agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--limit", type=int, default=None, help="only so many problems a model")
    arguments = parser.parse_args()
    seeds = arguments.data / "replay_ldb" / "input_data" / "humaneval" / "seed"
    lines, disagreements, total = [], [], 0
    for model in MODELS:
        rows = read_rows(seeds / model / "seed.jsonl")[: arguments.limit]
        progress(model)
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{model}.jsonl"
            _record(rows, path)
            with (
                build_agent(AgentSettings(model=str(path), workers=1)) as agent,
                ThreadPoolExecutor(os.cpu_count()) as pool,
            ):
                outcomes = list(pool.map(partial(_solve, agent), rows))
        seconds = time.monotonic() - start
        solved = [outcome.status is OutcomeStatus.SOLVED for outcome in outcomes]
        published = [bool(row["is_solved"]) for row in rows]
        differing = [
            (model, row["task_id"], label, _said(outcome))
            for row, outcome, ours, label in zip(rows, outcomes, solved, published, strict=True)
            if ours != label
        ]
        disagreements += differing
        total += len(rows)
        agreeing = len(rows) - len(differing)
        lines.append(
            [model, len(rows), sum(published), sum(solved), f"{agreeing}/{len(rows)}", f"{seconds:.0f}"]
        )
    progress("")
    print(machine())
    print(table(["model", "problems", "published solved", "ours solved", "agree", "seconds"], lines))
    for model, task_id, label, said in disagreements:
        print(f"- {model} {task_id}: published {'solved' if label else 'not solved'}; ours: {said}")
    share = 1 - len(disagreements) / total
    return finish(f"{share:.2%} of {total} rows agree (goal: {GOAL:.0%})", share >= GOAL)


if __name__ == "__main__":
    raise SystemExit(main())
