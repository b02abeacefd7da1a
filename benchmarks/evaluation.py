"""Does acrisol evaluate come to the numbers that others have published, and is its CodeBLEU everybody's?

1. Five models' recorded HumanEval answers (the seed programs of the LDB study) are judged as programs, as its
   harness ran them: pass@1 against its labels ``is_solved``.
2. CodeGen-Mono 16B's recorded answers (CodeT: a hundred a problem, temperature 0.8, no examples in prompts):
   pass@1, pass@10 and pass@100 against CodeT's table (Chen et al. 2022) and, for orientation, against that of
   CodeGen's own paper (Nijkamp et al. 2022: other prompts, the best temperature for each k). Answers are cut
   where CodeT's harness cuts them.
3. CodeBLEU over pairs of programs, beside the package ``codebleu`` in an interpreter of its own
   (``--codebleu-python``; it needs grammars of 0.21 and 0.22, see docs/evaluation.md). The package orders
   variables by Python's hash seed, so it runs under three of them and its mean counts.

With ``--out DIR`` what was judged is kept there, and the same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent.examiner import open_examiner
from agent.settings import AgentSettings
from benchmarks.datasets import DEFAULT_DATA, read_rows
from benchmarks.report import finish, machine, progress, table
from models.evaluation.codebleu import CodeBleu, code_bleu
from models.evaluation.formats.programs import FORMS
from models.evaluation.generations import read_generations
from models.evaluation.page import percent
from models.evaluation.results import Manifest, numbered, read_results
from models.evaluation.run import Progress, problems_digest, run
from models.evaluation.sources import Recorded
from models.evaluation.suites import read_suite
from models.evaluation.summary import Summary, summarise
from models.examining import Examiner, Problem
from verifiers.domain import Language

# Whether the study's labels were made with the imports that its harness puts before programs. They tell it
# themselves: starcoder's HumanEval/106 and 133 need ``math``, do not import it and count as solved; three of
# codellama's programs do the same and count as not solved.
LDB = {
    "starcoder": True,
    "codellama": False,
    "gpt-3.5-turbo-0613": True,
    "gpt-4-1106-preview": True,
    "reflexion": True,
}
CODET = "HumanEval_codegen16B_temp0.8_topp0.95_num100_max300_code_solution.jsonl"
# The table's pass@1 is of greedy answers, which are not among the recorded ones: it has no goal here.
CODET_TABLE = {"1": 0.297, "10": 0.503, "100": 0.737}
CODEGEN_TABLE = {"1": 0.2928, "10": 0.4986, "100": 0.7500}
_CODET_STOPS = ("\nclass", "\ndef", "\n#", "\nif", "\nprint")
POINT = 0.01
NAMES = {
    Language.PYTHON: "python",
    Language.JAVASCRIPT: "js",
    Language.JAVA: "java",
    Language.GO: "go",
    Language.CPP: "cpp",
    Language.RUST: "rust",
}
SEEDS = ("0", "1", "2")
_LDB_IMPORTS = """from typing import *
import math
from heapq import *
import itertools
import re
import typing
import heapq
"""
_PEER = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from codebleu import calc_codebleu
for language, pairs in json.load(sys.stdin).items():
    found = calc_codebleu([pair[0] for pair in pairs], [pair[1] for pair in pairs], lang=language)
    print(json.dumps([language, found]))
"""
_PARTS = ("ngram_match_score", "weighted_ngram_match_score", "syntax_match_score", "dataflow_match_score")


def _judged(
    out: Path, problems: Sequence[Problem], answers: Path, examiner: Examiner, judges: int
) -> tuple[Summary, float]:
    """The recorded answers in numbers, and the seconds that judging took."""
    recorded = Recorded(read_generations(answers, problems))
    numbers = {problem.id: recorded.numbers(problem) for problem in problems}
    manifest = Manifest(
        suite="humaneval",
        problems=len(problems),
        problems_digest=problems_digest(problems),
        source=str(answers),
        samples=max(map(len, numbers.values())),
        scan=False,
    )

    def said(now: Progress) -> None:
        progress(f"{out.name}: {now.judged}/{now.total} judged, {now.passed} passed")

    start = time.monotonic()
    run(out, manifest, problems, numbers, recorded, examiner, judges=judges, on_progress=said)
    seconds = time.monotonic() - start
    results = numbered(read_results(out).values())
    return summarise(manifest, problems, results, sum(map(len, numbers.values()))), seconds


def _programs(rows: Sequence[dict[str, Any]], path: Path, imports: str) -> Path:
    """Write a model's answers as the programs that the study ran; some are a function's body alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            whole = re.search(rf"^def {row['entry_point']}\b", row["solution"], re.MULTILINE)
            code = imports + ("" if whole else row["prompt"]) + row["solution"]
            line = {"problem": row["task_id"], "sample": 1, "code": [["solution.py", code]]}
            file.write(json.dumps(line) + "\n")
    return path


def _cut(answers: Path, path: Path) -> Path:
    """Write answers with each ending before what CodeT's harness takes for the next piece of code."""
    with path.open("w", encoding="utf-8") as file:
        for row in read_rows(answers):
            samples = row["samples"]
            for stop in _CODET_STOPS:
                samples = [text.partition(stop)[0] for text in samples]
            file.write(json.dumps({**row, "samples": samples}) + "\n")
    return path


def _published(
    data: Path, out: Path, limit: int | None, judges: int, *, samples: bool
) -> tuple[list[list[object]], float]:
    """Rows of the table, and the largest distance that has a goal; with or without the many samples."""
    problems = read_suite("humaneval", data=data)[:limit]
    lines: list[list[object]] = []
    worst = 0.0
    with open_examiner(AgentSettings()) as examiner:
        for model, imports in LDB.items():
            seeds = data / "replay_ldb" / "input_data" / "humaneval" / "seed" / model / "seed.jsonl"
            wanted = {problem.id for problem in problems}
            rows = [row for row in read_rows(seeds) if row["task_id"] in wanted]
            labels = [bool(row["is_solved"]) for row in rows]
            programs = _programs(rows, out / f"{model}.jsonl", _LDB_IMPORTS if imports else "")
            summary, seconds = _judged(out / model, problems, programs, examiner, judges)
            published, ours = statistics.fmean(labels), summary.pass_at["1"]
            worst = max(worst, abs(ours.value - published))
            lines.append([model, "pass@1", f"{published:.1%}", "", percent(ours), f"{seconds:.0f}"])
        if not samples:
            return lines, worst
        answers = _cut(data / "replay_codet" / CODET, out / "codegen-16b.jsonl")
        summary, seconds = _judged(out / "codegen-16b", problems, answers, examiner, judges)
        for k, ours in summary.pass_at.items():
            if k != "1" and limit is None:
                worst = max(worst, abs(ours.value - CODET_TABLE[k]))
            shown = f"{CODEGEN_TABLE[k]:.1%}"
            lines.append(
                ["codegen-16b", f"pass@{k}", f"{CODET_TABLE[k]:.1%}", shown, percent(ours), f"{seconds:.0f}"]
            )
    return lines, worst


def _pairs(data: Path, limit: int) -> dict[Language, list[tuple[str, str]]]:
    """Each program beside the same with a bug, and beside that of the next problem."""
    pairs: dict[Language, list[tuple[str, str]]] = {}
    for language, name in NAMES.items():
        rows = read_rows(data / "humanevalpack" / f"{name}.jsonl")[:limit]
        make = FORMS[language].program
        right = [make(row, row["canonical_solution"]) for row in rows]
        wrong = [make(row, row["buggy_solution"]) for row in rows]
        pairs[language] = [*zip(right, wrong, strict=True), *pairwise(right)]
    functions = [
        row
        for path in sorted((data / "sven").rglob("*.jsonl"))
        for row in read_rows(path)
        if str(row.get("file_name", "")).endswith(".c") and len(row["func_src_before"]) < 6_000
    ][:limit]
    fixed = [row["func_src_after"] for row in functions]
    broken = [row["func_src_before"] for row in functions]
    pairs[Language.C] = [*zip(fixed, broken, strict=True), *pairwise(fixed)]
    return pairs


def _peer(python: str, pairs: dict[Language, list[tuple[str, str]]], seed: str) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [python, "-c", _PEER],
        input=json.dumps({language.value: mine for language, mine in pairs.items()}),
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"The package codebleu ended with {done.returncode}: {done.stderr[-500:]}")
    return dict(json.loads(line) for line in done.stdout.splitlines())


def _codebleu(data: Path, python: str, limit: int) -> tuple[list[list[object]], float]:
    pairs = _pairs(data, limit)
    theirs = []
    for seed in SEEDS:
        progress(f"codebleu, hash seed {seed}")
        theirs.append(_peer(python, pairs, seed))
    lines: list[list[object]] = []
    worst = 0.0
    for language, mine in pairs.items():
        progress(f"ours, {language.value}")
        ours = code_bleu([pair[0] for pair in mine], [pair[1] for pair in mine], language)
        peer = {
            key: statistics.fmean(each[language.value][key] for each in theirs)
            for key in ("codebleu", *_PARTS)
        }
        scores = [each[language.value]["codebleu"] for each in theirs]
        distance = abs(ours.score - peer["codebleu"])
        worst = max(worst, distance)
        parts = " ".join(f"{a - peer[key]:+.4f}" for a, key in zip(_parts(ours), _PARTS, strict=True))
        spread = max(scores) - min(scores)
        lines.append(
            [language.value, len(mine), f"{peer['codebleu']:.4f}", f"{spread:.4f}", f"{ours.score:.4f}",
             f"{ours.score - peer['codebleu']:+.4f}", parts]
        )  # fmt: skip
    return lines, worst


def _parts(found: CodeBleu) -> tuple[float, ...]:
    return found.ngram, found.weighted_ngram, found.syntax, found.dataflow or 0.0


def main() -> int:
    """Print the tables; 0 if all is within one point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--out", type=Path, help="keep what was judged here, and go on with it")
    parser.add_argument("--limit", type=int, help="only so many problems")
    parser.add_argument("--judges", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--codebleu-python", help="an interpreter that has the package codebleu 0.7.0")
    parser.add_argument("--only", choices=("ldb", "published", "codebleu"))
    given = parser.parse_args()
    good, said = True, []
    print(machine())
    if given.only != "codebleu":
        with tempfile.TemporaryDirectory() as scratch:
            lines, worst = _published(
                given.data,
                given.out or Path(scratch),
                given.limit,
                given.judges,
                samples=given.only != "ldb",
            )
        progress("")
        head = ["model", "", "published", "CodeGen's paper", "ours (95%)", "seconds"]
        print("\n" + table(head, lines))
        # Of a few problems a single verdict is more than a point.
        good = good and worst <= POINT
        said.append(f"pass@k at most {100 * worst:.2f} points from what is published (goal: 1)")
    if given.only in (None, "codebleu"):
        if given.codebleu_python is None:
            sys.exit("Name an interpreter that has the package codebleu 0.7.0 with --codebleu-python.")
        lines, worst = _codebleu(given.data, given.codebleu_python, given.limit or 1_000)
        progress("")
        head = ["language", "pairs", "codebleu", "spread by hash seed", "ours", "difference", "parts: n-gram, weighted, syntax, data flow"]  # fmt: skip  # noqa: E501
        print("\n" + table(head, lines))
        good = good and worst <= POINT
        said.append(f"CodeBLEU at most {worst:.4f} from the package's (goal: {POINT})")
    return finish("; ".join(said), good)


if __name__ == "__main__":
    raise SystemExit(main())
