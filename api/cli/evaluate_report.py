"""Reports of evaluations: files beside the run, and tables for people."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.rendering import plain
from models.evaluation.compare import Comparison, Paired, incomplete
from models.evaluation.estimators import Estimate
from models.evaluation.page import page, percent
from models.evaluation.plan import ANSWERS
from models.evaluation.results import (
    GENERATIONS,
    Generation,
    Manifest,
    Result,
    numbered,
    read_lines,
    read_manifest,
    read_results,
)
from models.evaluation.run import problems_digest, shard_of
from models.evaluation.suites import read_suite
from models.evaluation.summary import INSECURE_GOAL, Summary, summarise
from models.evaluation.text_match import text_match
from models.examining import Problem
from verifiers.errors import InvalidInput

_SHOWN = 12  # names of problems, families and weaknesses


class _Read(NamedTuple):
    manifest: Manifest
    problems: tuple[Problem, ...]
    results: dict[str, list[Result]]
    expected: int


def report_on(console: Console, folder: Path, data: Path | None, seed: int = 0) -> Summary:
    """Write ``report.json`` and ``report.html`` into a run's folder.

    Raises:
        InvalidInput: the folder holds no run, or the suite is another one by now.
    """
    run = _read(folder, data)
    summary = summarise(*run, text=text_match(run.problems, run.results), seed=seed)
    try:
        (folder / "report.json").write_text(summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
        with (folder / "report.html").open("w", encoding="utf-8") as file:
            file.writelines(page(summary, run.problems, run.results))
    except OSError as error:
        raise InvalidInput("run", f"{folder} cannot be written ({error.strerror}).") from error
    console.print(plain(f"Written to {folder}/report.json and report.html", "dim"), soft_wrap=True)
    return summary


def summary_of(folder: Path, data: Path | None, *, seed: int = 0) -> Summary:
    """A run in numbers, without the parts that read the code."""
    return summarise(*_read(folder, data), seed=seed)


def _read(folder: Path, data: Path | None) -> _Read:
    manifest = read_manifest(folder)
    every = read_suite(manifest.suite, split=manifest.split or None, data=data)[: manifest.problems]
    if problems_digest(every) != manifest.problems_digest:
        raise InvalidInput(
            "run",
            f"was made with other problems than those that {manifest.suite} holds now.",
            "Name the folder with the same files by --data.",
        )
    problems = shard_of(every, manifest.shard)
    expected = len(problems) * manifest.samples
    if manifest.mode == "direct" and manifest.sampling is None:  # recorded: as many as there are
        told = manifest.settings.get(ANSWERS, "")
        if told.isdecimal() and not manifest.shard:
            expected = int(told[:12])
        else:
            expected = sum(1 for _ in read_lines(folder / GENERATIONS, Generation))
    return _Read(manifest, problems, numbered(read_results(folder).values()), expected)


def show(console: Console, summary: Summary) -> None:
    """Print a run's numbers."""
    run = summary.run
    title = f"{run.suite}{f' ({run.split})' if run.split else ''} · {run.source} · {run.mode}"
    table = Table(title=plain(title), title_justify="left", border_style="dim", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("answers", f"{summary.answers:,} to {len(summary.problems):,} problems")
    for k, estimate in summary.pass_at.items():
        table.add_row(f"pass@{k}", percent(estimate))
    if summary.secure_pass:
        table.add_row("passed and clean", percent(summary.secure_pass))
    if summary.insecure:
        good = summary.insecure.value < INSECURE_GOAL
        said = f"{percent(summary.insecure)}, goal below {INSECURE_GOAL:.0%}"
        table.add_row("insecure", Text(said, style="green" if good else "red"))
    if summary.returned:
        table.add_row("answered", percent(summary.returned))
    if run.mode == "loop":
        table.add_row("rounds", f"{summary.rounds:.2f}")
    for cwe, found in list(summary.weaknesses.items())[:_SHOWN]:
        table.add_row(plain(f"  {cwe}"), f"{found.answers:,} answers ({found.share:.1%})")
    if summary.text:
        if summary.text.bleu is not None:
            table.add_row("BLEU", f"{summary.text.bleu:.1f}")
        for language, match in summary.text.codebleu.items():
            table.add_row(f"CodeBLEU {language}", f"{match.score:.3f}")
    for name, family in list(summary.families.items())[: 2 * _SHOWN]:
        table.add_row(plain(f"  {name}"), f"pass@1 {percent(family.pass_at_1)}")
    console.print(table)
    if unknown := incomplete(summary):
        console.print(plain(f"Not complete: {unknown}.", "yellow"))


def show_comparison(console: Console, found: Comparison) -> None:
    """Print what lies between two runs."""
    console.print(plain(f"first:  {found.first}\nsecond: {found.second}", "dim"))
    table = Table(border_style="dim")
    for column in ("", "first", "second", "gain (95%)", "p"):
        table.add_column(column)
    rows = (
        ("pass@1", found.pass_at_1),
        ("passed and clean", found.secure_pass),
        ("insecure", found.insecure),
    )
    for name, paired in rows:
        if paired is not None:
            table.add_row(name, *_cells(paired))
    console.print(table)
    test = found.mcnemar
    left_out = f", {found.left_out:,} in one only and left out" if found.left_out else ""
    console.print(
        plain(
            f"{found.shared:,} problems in both{left_out}; first answers: {test.only_first} solved by the "
            f"first run only, {test.only_second} by the second only; McNemar's exact test p = {test.p:.4f}"
        )
    )
    for unknown in found.open:
        console.print(plain(f"Not complete: {unknown}.", "yellow"))
    for name, problems in (("better", found.better), ("worse", found.worse)):
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        if problems:
            console.print(plain(f"{name}: {', '.join(problems[:_SHOWN])}{more}", "dim"))


def _cells(paired: Paired) -> tuple[str, ...]:
    return f"{paired.first:.1%}", f"{paired.second:.1%}", _points(paired.gain), f"{paired.p:.4f}"


def _points(gain: Estimate) -> str:
    return f"{100 * gain.value:+.1f} points ({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
