"""A run as one HTML page that needs nothing else: numbers, then every problem with its answers.

Everything in it that a model or a tool wrote is hostile. The template escapes all values, and the page's own
policy forbids scripts, forms and loading anything.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.evaluation.estimators import Estimate
from models.evaluation.results import Result
from models.evaluation.summary import INSECURE_GOAL, Summary
from models.examining import Problem
from verifiers.domain import Value, Verdict

_FOLDER = Path(__file__).resolve().parent / "templates"
_MOST_SHOWN = 4  # answers a problem: with a hundred each the page would be tens of megabytes
_MOST_CODE = 6_000
_MOST_INSTRUCTION = 4_000


class Shown(Value):
    """An answer on the page."""

    number: int
    status: str
    code: str
    verdicts: tuple[Verdict, ...]
    error: str
    rounds: int


def page(
    summary: Summary, problems: Sequence[Problem], results: Mapping[str, Sequence[Result]]
) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        summary: The run's numbers.
        problems: Of its suite.
        results: By problem.
    """
    tasks = {problem.id: problem for problem in problems}
    rows = (
        (
            count,
            tasks[count.id].task.instruction[:_MOST_INSTRUCTION],
            [_shown(result) for result in _chosen(results[count.id])],
        )
        for count in summary.problems
    )
    template = _environment().get_template("report.html.j2")
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    yield from template.generate(
        summary=summary, rows=rows, style=style, style_digest=digest, goal=INSECURE_GOAL, percent=percent
    )


def percent(estimate: Estimate | None) -> str:
    """An estimate for people, such as ``29.3% (22.9-36.6)``."""
    if estimate is None:
        return "-"
    return f"{estimate.value:.1%} ({100 * estimate.low:.1f}-{100 * estimate.high:.1f})"


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _chosen(results: Sequence[Result]) -> list[Result]:
    """The first of each outcome, then the others, in the order of their numbers."""
    firsts: dict[Any, Result] = {}
    for result in results:
        firsts.setdefault((result.passed, result.clean, result.judged is None), result)
    rest = [result for result in results if result not in firsts.values()]
    return sorted([*firsts.values(), *rest][:_MOST_SHOWN], key=lambda result: result.sample)


def _shown(result: Result) -> Shown:
    attempt = result.judged.attempt if result.judged else None
    code = "\n".join(f"// {file.path}\n{file.content}" for file in attempt.candidate.files) if attempt else ""
    return Shown(
        number=result.sample,
        status=_status(result),
        code=code[:_MOST_CODE],
        verdicts=attempt.verdicts if attempt else (),
        error=result.error,
        rounds=result.rounds,
    )


def _status(result: Result) -> str:
    if result.judged is None:
        return "not decided"
    if not result.returned:
        return "no answer"
    said = {True: "passed", False: "failed", None: "not decided"}[result.judged.passed]
    return said + {True: ", clean", False: ", insecure", None: ""}[result.clean]
