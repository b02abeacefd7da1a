"""``acrisol evaluate juliet``: how good the scanners are, on a local copy of NIST's Juliet suites."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent.examiner import AgentExaminer, open_examiner
from agent.settings import AgentSettings
from api.cli.bar import Bar
from api.cli.exits import reported_errors
from api.cli.rendering import plain
from models.evaluation.juliet import ANY, UNDECIDED, Case, Flags, Rates, flags_of, rates_of, read_cases
from models.evaluation.page import percent
from verifiers.errors import InvalidInput, ToolFailed


def juliet(
    root: Annotated[Path, typer.Argument(help="The unpacked suite for C or Java.")],
    out: Annotated[
        Path | None, typer.Option("--output", "--out", "-o", help="Write the rates here, as JSON.")
    ] = None,
    cwe: Annotated[list[str] | None, typer.Option(help="Only this CWE, such as CWE-78; repeatable.")] = None,
    per_cwe: Annotated[int | None, typer.Option(min=1, help="At most so many cases of each CWE.")] = None,
    judges: Annotated[int, typer.Option(min=1, max=64, help="Cases scanned at a time.")] = 2,
) -> None:
    """Scan Juliet's test cases: true and false positive rates of each scanner, by CWE."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        cases = read_cases(root, frozenset(cwe or ()), per_cwe)
        if out is not None:
            _write(out, None)  # the scan may take hours
        with open_examiner(AgentSettings()) as examiner, ThreadPoolExecutor(judges) as pool:
            scanned = pool.map(lambda case: _scan(examiner, case), cases)
            flags = list(_shown(scanned, len(cases), console))
        rates = rates_of(cases, flags)
        Console(highlight=False).print(_table(rates))
        if out is not None:
            _write(out, rates)
            console.print(plain(f"Written to {out}", "dim"), soft_wrap=True)


def _shown(
    scanned: Iterable[Mapping[str, Flags]], total: int, console: Console
) -> Iterator[Mapping[str, Flags]]:
    with Bar(console) as bar:
        bar.show("scanning", 0, total)
        for done, each in enumerate(scanned, 1):
            yield each
            bar.show("scanning", done, total)


def _write(out: Path, rates: dict[str, dict[str, Rates]] | None) -> None:
    """Write the rates; None only sees that they can be written."""
    try:
        with out.open("a" if rates is None else "w", encoding="utf-8") as file:
            if rates is not None:
                plain_rates = {
                    name: {cwe: each.model_dump(mode="json") for cwe, each in mine.items()}
                    for name, mine in rates.items()
                }
                file.write(json.dumps(plain_rates, indent=2) + "\n")
    except OSError as error:
        raise InvalidInput(
            "out", f"{out} cannot be written ({error.strerror}).", "Name a file in a folder that is there."
        ) from error


def _scan(examiner: AgentExaminer, case: Case) -> Mapping[str, Flags]:
    try:
        return flags_of(case, examiner.judge_files(case.task, case.files))
    except ToolFailed:
        return UNDECIDED  # counted, and no word about the others


def _table(rates: dict[str, dict[str, Rates]]) -> Table:
    table = Table(border_style="dim")
    for column in (
        "CWE",
        "cases",
        "scanner",
        "found (true positives)",
        "alarms (false positives)",
        "undecided",
    ):
        table.add_column(column)
    for cwe in rates[ANY]:
        for name, mine in rates.items():
            each = mine[cwe]
            table.add_row(
                cwe,
                str(each.cases),
                name,
                percent(each.found),
                percent(each.alarms),
                str(each.undecided or ""),
            )
    return table
