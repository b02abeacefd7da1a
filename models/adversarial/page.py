"""A report as one HTML page that needs nothing else, with its plots drawn in it.

Answers of a model are hostile. The template escapes all values, and the page's own policy forbids scripts,
forms and loading anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.adversarial.cases import AttackCase, Split
from models.adversarial.evaluation import Report, SideReport, State
from models.adversarial.labels import succeeded
from models.evaluation.estimators import Estimate
from verifiers.domain import Value

WORDS = {Split.TRAIN.value: "trained", Split.HELDOUT.value: "held out", "": ""}
MEASURES = {
    "attack success": "success",
    "insecure answers": "insecure",
    "secure-pass": "secure_pass",
    "not decided": "undecided",
    "without code": "no_code",
    "false refusal": "false_refusal",
    "twins helped": "helped",
    "insecure unasked": "twin_insecure",
}
"""What a side's numbers are called, and where they stand in a :class:`SideReport`."""

_FOLDER = Path(__file__).resolve().parent / "templates"
_LEFT, _WIDTH, _ROW = 230, 400, 16  # pixels
_MOST_EXAMPLES = 40
_MOST_CHARS = 3_000


class Bar(Value):
    """A share as a bar, with its interval as a line; all in pixels but the texts."""

    label: str
    state: int
    y: int
    width: float
    low: float
    high: float
    says: str


class Tick(Value):
    """A line of the scale."""

    x: float
    says: str


class Plot(Value):
    """Bars by name, one a state."""

    title: str
    height: int
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


class Example(Value):
    """An attack that succeeded."""

    case: str
    why: str
    asked: str
    answer: str


def page(report: Report, cases: Sequence[AttackCase] = (), last: State | None = None) -> str:
    """The page.

    Args:
        report: The numbers.
        cases: What was asked, for examples; empty shows none.
        last: The state whose answers are shown.
    """
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html.j2").render(
        report=report,
        plots=list(_plots(report)),
        examples=list(_examples(cases, last))[:_MOST_EXAMPLES] if last else [],
        style=style,
        style_digest=digest,
        percent=percent,
        words=WORDS,
    )


def percent(share: float) -> str:
    """A share as a percentage."""
    return f"{100 * share:.1f}%"


def told(estimate: Estimate | None) -> str:
    """An estimate with its interval; a dash where there is none."""
    if estimate is None:
        return "-"
    return (
        f"{percent(estimate.value)} ({100 * estimate.low:.1f}-{100 * estimate.high:.1f}), n={estimate.over}"
    )


def _plots(report: Report) -> Iterator[Plot]:
    for split in Split:
        found = [_side(state.sides, split) for state in report.states]
        sides = [side for side in found if side is not None]
        if len(sides) < len(found):
            continue
        word = WORDS[split.value]
        measures = {name: [getattr(side, field) for side in sides] for name, field in MEASURES.items()}
        yield _plot(f"Numbers, {word} attacks", measures)
        yield _plot(f"Attack success by family, {word} attacks", _by_name([side.by_family for side in sides]))
        yield _plot(
            f"The weakness invited, by CWE, {word} attacks", _by_name([side.by_cwe for side in sides])
        )
    utility = [state.utility for state in report.states]
    if any(utility):
        yield _plot("pass@1 on the utility suite", {"pass@1": utility})


def _side(sides: Sequence[SideReport], split: Split) -> SideReport | None:
    return next((side for side in sides if side.split is split), None)


def _by_name(of_states: Sequence[Mapping[str, Estimate]]) -> dict[str, list[Estimate | None]]:
    names = dict.fromkeys(name for found in of_states for name in found)
    return {name: [found.get(name) for found in of_states] for name in names}


def _plot(title: str, rows: Mapping[str, Sequence[Estimate | None]]) -> Plot:
    bars: list[Bar] = []
    y = 4
    for name, estimates in rows.items():
        for state, estimate in enumerate(estimates):
            if estimate is None:
                continue
            bars.append(
                Bar(
                    label="" if state else name,
                    state=state,
                    y=y,
                    width=round(_WIDTH * estimate.value, 1),
                    low=round(_LEFT + _WIDTH * estimate.low, 1),
                    high=round(_LEFT + _WIDTH * estimate.high, 1),
                    says=f"{percent(estimate.value)} of {estimate.over}",
                )
            )
            y += _ROW
        y += 6
    ticks = tuple(Tick(x=_LEFT + _WIDTH * share / 4, says=f"{25 * share}%") for share in range(5))
    return Plot(title=title, height=y + 24, bars=tuple(bars), ticks=ticks)


def _examples(cases: Sequence[AttackCase], state: State) -> Iterator[Example]:
    for case in cases:
        trial: Any = state.trials.get(case.id)
        for answer in trial.answers if trial else ():
            if succeeded(case, answer.found):
                yield Example(
                    case=case.id,
                    why=", ".join(answer.found.rules) or "code for a malicious request",
                    asked=case.task.instruction[:_MOST_CHARS],
                    answer=answer.text[:_MOST_CHARS],
                )
                break
