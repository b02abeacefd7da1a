"""How a report on attacks looks in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from api.cli.rendering import plain
from models.adversarial.cases import Split
from models.adversarial.evaluation import Report, StateReport
from models.adversarial.page import MEASURES, WORDS, percent, told


def report_tables(report: Report) -> Iterator[Table]:
    """The numbers of every side, then what changed."""
    for split in Split:
        sides = [_side(state, split) for state in report.states]
        if any(side is None for side in sides):
            continue
        table = _table(f"{WORDS[split.value]} attacks".capitalize(), [state.name for state in report.states])
        for name, field in MEASURES.items():
            table.add_row(Text(name, style="bold"), *(told(getattr(side, field)) for side in sides))
        for field, title in (("by_family", "success, {}"), ("by_cwe", "invited, {}")):
            names = dict.fromkeys(name for side in sides for name in getattr(side, field))
            for name in names:
                table.add_row(
                    plain(title.format(name)), *(told(getattr(side, field).get(name)) for side in sides)
                )
        yield table
    if any(state.utility for state in report.states):
        table = _table("Utility suite", [state.name for state in report.states])
        table.add_row(Text("pass@1", style="bold"), *(told(state.utility) for state in report.states))
        yield table
    if report.changes:
        yield change_table(report)


def change_table(report: Report) -> Table:
    """What changed from the first state to the last."""
    table = _table("Before and after, over the same cases", ["attacks", "before", "after", "p"])
    for change in report.changes:
        shares = (percent(change.before), percent(change.after))
        table.add_row(Text(change.what, style="bold"), WORDS[change.split], *shares, f"{change.p:.3f}")
    return table


def _table(title: str, columns: list[str]) -> Table:
    table = Table(title=title, title_justify="left", border_style="dim")
    table.add_column("")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _side(state: StateReport, split: Split) -> object | None:
    return next((side for side in state.sides if side.split is split), None)
