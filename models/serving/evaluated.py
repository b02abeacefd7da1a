"""Scores out of an evaluation's report; its folder may come from elsewhere and is not trusted."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from models.evaluation.estimators import Estimate
from models.evaluation.summary import Summary
from models.serving.entries import Score
from models.serving.files import opened
from verifiers.errors import InvalidInput

REPORT = "report.json"
_MAX_BYTES = 64 * 2**20


def read_evaluation(folder: Path) -> tuple[Score, ...]:
    """What ``acrisol evaluate`` has measured: pass@k, and the share that passed and is clean.

    Raises:
        InvalidInput: there is no report in the folder, or not all of the suite's answers are judged.
    """
    summary = _summary(folder)
    if not summary.complete:
        raise InvalidInput(
            "evaluation",
            f"{summary.missing} answers are missing and {summary.undecided} undecided.",
            "Let the evaluation go on to its end first.",
        )
    found = {f"pass@{k}": estimate for k, estimate in summary.pass_at.items()}
    if summary.secure_pass is not None:
        found["secure-pass"] = summary.secure_pass
    run = summary.run
    name = " ".join(part for part in (run.suite, run.split, "" if run.mode == "direct" else run.mode) if part)
    try:
        return tuple(
            _score(name, metric, estimate, len(summary.problems), folder)
            for metric, estimate in found.items()
        )
    except ValidationError as error:
        raise InvalidInput("evaluation", f"{REPORT} holds shares that are not from 0 to 1.") from error


def measured_in(folder: Path) -> str:
    """The model, or file of recorded answers, that an evaluation was of.

    Raises:
        InvalidInput: there is no report in the folder.
    """
    return _summary(folder).run.source


def _summary(folder: Path) -> Summary:
    path = folder / REPORT
    if not path.exists():
        raise InvalidInput(
            "evaluation",
            f"There is no {REPORT} in {str(folder)[:200]!r}.",
            "Give the folder of an evaluation, after 'acrisol evaluate report'.",
        )
    with opened(path, "evaluation") as file:
        data = file.read(_MAX_BYTES + 1)
    try:
        return Summary.model_validate_json(data)
    except ValidationError as error:
        raise InvalidInput("evaluation", f"{REPORT} in {str(folder)[:200]!r} is not a report.") from error


def _score(suite: str, metric: str, estimate: Estimate, problems: int, folder: Path) -> Score:
    return Score(
        suite=suite,
        metric=metric,
        value=estimate.value,
        problems=problems,
        low=estimate.low,
        high=estimate.high,
        source=f"evaluation {folder.absolute()}",
    )
