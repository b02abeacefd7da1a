"""Is judging HumanEval+ in isolation quicker than the evalplus package without any?

Both judge the same reference solutions on the same inputs, on all cores, in turn and in the same run. The
expected answers are computed beforehand for both (evalplus keeps them in its cache, ours stand in the tests).
evalplus runs candidate, answers and comparison in one plain process a problem; ours runs the candidate in a
sandbox of its own and decides in another. With ``--stress`` ours runs ten times more, every core kept busy.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.datasets import DEFAULT_DATA, plus_tests_with_answers, read_rows
from benchmarks.report import finish, machine, progress, table
from benchmarks.stress import busy
from verifiers.domain import Candidate, CodingTask, SourceFile, Status, TestSuite, Verdict
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.run import TestLimits
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import build_environments

GOAL = 1.5
STRESSED_RUNS = 10


def _problems(rows: list[dict[str, Any]]) -> list[tuple[CodingTask, Candidate]]:
    found = []
    for row in rows:
        progress(f"answers of {row['task_id']}")
        suite = TestSuite(
            files=(SourceFile(path="tests.py", content=plus_tests_with_answers(row)),),
            entry_point=row["entry_point"],
        )
        code = SourceFile(path="solution.py", content=row["prompt"] + row["canonical_solution"])
        found.append((CodingTask(instruction=row["prompt"], tests=suite), Candidate(files=(code,))))
    return found


def _ours(
    verifier: PythonTestsVerifier, problems: list[tuple[CodingTask, Candidate]]
) -> tuple[float, float, list[Verdict]]:
    """Wall-clock seconds, CPU seconds and the verdicts."""
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda problem: verifier.verify(problem[0], problem[1], 120.0), problems))
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF)
    inside = sum(
        _number(v.evidence["judge_cpu_s"]) + _number(v.evidence["candidate_cpu_s"]) for v in verdicts
    )
    own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, own + inside, verdicts


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _evalplus(python: str, folder: Path) -> tuple[float, float, int]:
    """Wall-clock seconds, CPU seconds and how many solutions the package accepts on all inputs."""
    (folder / "samples_eval_results.json").unlink(missing_ok=True)
    environment = {
        **os.environ,
        "HUMANEVAL_OVERRIDE_PATH": str(folder / "problems.jsonl"),
        "XDG_CACHE_HOME": str(folder),
    }
    command = [python, "-m", "evalplus.evaluate", "--dataset", "humaneval", "--samples",
               str(folder / "samples.jsonl"), "--parallel", str(os.cpu_count())]  # fmt: skip
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"evalplus ended with {done.returncode}: {done.stderr[-500:]}")
    judged = json.loads((folder / "samples_eval_results.json").read_text())["eval"]
    passed = sum(one[0]["base_status"] == one[0]["plus_status"] == "pass" for one in judged.values())
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, passed


def _has_evalplus(python: str) -> bool:
    try:
        return subprocess.run([python, "-c", "import evalplus"], capture_output=True).returncode == 0
    except OSError:
        return False


def _write_for_evalplus(rows: list[dict[str, Any]], folder: Path) -> None:
    samples = [
        {"task_id": row["task_id"], "solution": row["prompt"] + row["canonical_solution"]} for row in rows
    ]
    for name, entries in (("problems.jsonl", rows), ("samples.jsonl", samples)):
        (folder / name).write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def _stress(judge: Callable[[], list[Verdict]], rows: list[dict[str, Any]]) -> tuple[list[list[object]], int]:
    """Rows of the table and the number of rejections, over ten runs on a machine that is kept busy."""
    lines: list[list[object]] = []
    rejected = 0
    for run in range(1, STRESSED_RUNS + 1):
        progress(f"stressed run {run}")
        with busy(os.cpu_count() or 1):
            start = time.monotonic()
            verdicts = judge()
        bad = [
            (row["task_id"], v) for row, v in zip(rows, verdicts, strict=True) if v.status != Status.PASSED
        ]
        rejected += len(bad)
        lines.append([f"ours, every core busy, run {run}", f"{len(rows) - len(bad)}/{len(rows)}",
                      f"{time.monotonic() - start:.1f}", ""])  # fmt: skip
        for task_id, verdict in bad:
            print(f"- {task_id}: {verdict.status}: {verdict.summary}")
    return lines, rejected


def main() -> int:
    """Print the table; 0 if ours is quick enough and accepts everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--runs", type=int, default=3, help="of each, in turn")
    parser.add_argument("--stress", action="store_true")
    parser.add_argument(
        "--evalplus-python", default=sys.executable, help="an interpreter that has the package evalplus"
    )
    parser.add_argument(
        "--flaky-check", action="store_true", help="ours runs what passes twice, as by default"
    )
    arguments = parser.parse_args()
    sys.set_int_max_str_digits(0)
    if not _has_evalplus(arguments.evalplus_python):
        sys.exit(
            f"{arguments.evalplus_python} has no package evalplus: install it in a venv of its own and name "
            "that venv's interpreter with --evalplus-python."
        )
    rows = read_rows(arguments.data / "humanevalplus" / "HumanEvalPlus.jsonl.gz")
    problems = _problems(rows)
    limits = TestLimits(runs=2 if arguments.flaky_check else 1, wall_s=120)
    ours, theirs, rejected = [], [], 0
    lines: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder, closing(Bubblewrap(build_environments())) as sandbox:
        verifier = PythonTestsVerifier(sandbox, limits)
        verifier.verify(problems[0][0], problems[0][1], 60.0)  # both start with what they keep between runs
        _write_for_evalplus(rows, Path(folder))
        progress("evalplus computes its answers")
        _evalplus(arguments.evalplus_python, Path(folder))
        for run in range(1, arguments.runs + 1):
            progress(f"run {run}: evalplus")
            wall, cpu, passed = _evalplus(arguments.evalplus_python, Path(folder))
            theirs.append((wall, cpu))
            lines.append([f"evalplus, run {run}", f"{passed}/{len(rows)}", f"{wall:.1f}", f"{cpu:.1f}"])
            progress(f"run {run}: ours")
            wall, cpu, verdicts = _ours(verifier, problems)
            ours.append((wall, cpu))
            good = sum(verdict.status is Status.PASSED for verdict in verdicts)
            rejected += len(rows) - good
            lines.append([f"ours, run {run}", f"{good}/{len(rows)}", f"{wall:.1f}", f"{cpu:.1f}"])
        if arguments.stress:
            more, bad = _stress(lambda: _ours(verifier, problems)[2], rows)
            lines, rejected = lines + more, rejected + bad
    progress("")
    print(machine())
    print(table(["what", "accepted", "seconds", "CPU seconds"], lines))
    by_wall, by_cpu = (
        statistics.median(one[kind] for one in theirs) / statistics.median(one[kind] for one in ours)
        for kind in (0, 1)
    )
    return finish(
        f"ours, isolated, is {by_wall:.2f}x as fast as evalplus, unisolated ({by_cpu:.2f}x by CPU; goal: "
        f"{GOAL}x); {rejected} reference solutions rejected (goal: 0)",
        by_wall >= GOAL and not rejected,
    )


if __name__ == "__main__":
    raise SystemExit(main())
