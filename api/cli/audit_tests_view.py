"""How an audit's tests look in a terminal: their ends, what they run, and what calls cost in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from api.cli.rendering import clip, plain
from verifiers.audit_tests import ContractGas, FileCoverage, TestResult
from verifiers.audit_values import Audit
from verifiers.reports.audit import words

_SHOWN_TESTS = 20
_SHOWN_FILES = 10
_SHOWN_FUNCTIONS = 12
_MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red")}


def tests_view(audit: Audit) -> Iterator[RenderableType]:
    """The parts there are: nothing where no test was given."""
    if audit.tests:
        yield Group(Text("\nTests", style="bold"), _tests(audit.tests))
    if audit.coverage:
        yield Group(Text("\nWhat the tests run", style="bold"), _coverage(audit.coverage))
    if audit.gas:
        yield Group(Text("\nGas of a call: median (least to most)", style="bold"), _gas(audit.gas))


def _tests(tests: Sequence[TestResult]) -> RenderableType:
    table = _table("left", "left", "left", "right")
    for test in tests[:_SHOWN_TESTS]:  # failed ones come first
        mark, style = _MARKS.get(test.status, ("-", "yellow"))
        name = ".".join(part for part in (test.contract, test.name) if part)
        said = clip(" ".join(f"{test.reason} {test.counterexample}".split()), 200)
        told = plain(clip(name, 120), "bold" if test.status == "failed" else "")
        if test.status != "passed" and said:
            told.append_text(plain(f"\n{said}", "red" if test.status == "failed" else "dim"))
        kind = ", ".join(part for part in (test.kind, test.origin) if part)
        gas = f"{test.gas:,} gas" if test.gas is not None else ""
        table.add_row(Text(mark, style=f"bold {style}"), told, plain(kind, "dim"), Text(gas, "dim"))
    return _with_rest(table, len(tests) - _SHOWN_TESTS, "more test")


def _coverage(files: Sequence[FileCoverage]) -> RenderableType:
    table = _table("left", "right", "left")
    for file in sorted(files, key=lambda file: file.lines_run / max(1, file.lines))[:_SHOWN_FILES]:
        missed = f"not run: line {clip(words.stretches(file.missed), 100)}" if file.missed else ""
        share = words.share((file.lines_run, file.lines))
        table.add_row(plain(clip(file.path, 100)), Text(f"{share} lines"), plain(missed, "dim"))
    return _with_rest(table, len(files) - _SHOWN_FILES, "more file")


def _gas(contracts: Sequence[ContractGas]) -> RenderableType:
    table = _table("left", "right", "left")
    rows = [(contract, row) for contract in contracts for row in contract.functions]
    for contract, row in rows[:_SHOWN_FUNCTIONS]:
        name = f"{contract.contract.rpartition(':')[2]}.{row.name}"
        span = f"({row.least:,} to {row.most:,})" if row.least != row.most else ""
        table.add_row(plain(clip(name, 100)), Text(f"{row.median:,}"), Text(span, "dim"))
    return _with_rest(table, len(rows) - _SHOWN_FUNCTIONS, "more function")


def _table(*justify: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for side in justify:
        table.add_column(justify="right" if side == "right" else "left", overflow="fold")
    return table


def _with_rest(table: Table, left: int, thing: str) -> RenderableType:
    if left <= 0:
        return table
    return Group(table, Text(f"… and {words.counted(left, thing)}: --html and --json have all", style="dim"))
