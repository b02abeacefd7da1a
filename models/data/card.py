"""The data card: what a data set is made of, where from and how; as JSON and Markdown.

It holds no times: the same input and recipe give the same card. The report has times.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from models.data.counting import Counts, Flow, read_flow
from models.data.engine.job import Job, Places
from models.data.reading.opening import Provenance
from models.data.recipe import Recipe
from verifiers.domain import Value
from verifiers.version import acrisol_version

SPLITS = ("train", "validation", "test")


class Digested(Value):
    """A file of the data set."""

    file: str
    rows: int
    bytes: int
    sha256: str


class StepReport(Value):
    """What a step did."""

    step: str
    flow: Flow


class Report(Value):
    """All steps, with their times."""

    recipe: str
    workers: int
    steps: tuple[StepReport, ...]


class Card(Value):
    """What is known of a data set.

    Attributes:
        name: The recipe's.
        description: The recipe's.
        made_by: Acrisol's version, and the engine's.
        recipe_digest: SHA-256 of the recipe, of how prompts are put, and of the problems that were kept out.
        recipe: All of it.
        sources: Where it comes from.
        steps: What each step was given, gave on and dropped, without times.
        licenses: Documents by licence, at the end.
        languages: Documents by language, at the end.
        splits: Documents by split.
        files: What was written.
    """

    name: str
    description: str
    made_by: tuple[str, ...]
    recipe_digest: str
    recipe: Recipe
    sources: tuple[Provenance, ...]
    steps: tuple[StepReport, ...]
    licenses: Counts
    languages: Counts
    splits: Counts
    files: tuple[Digested, ...]


def card_of(
    job: Job, places: Places, flows: Sequence[tuple[str, str]], files: tuple[Digested, ...]
) -> tuple[Report, Card]:
    """Report and card of a run whose shards are all done."""
    steps = tuple(StepReport(step=name, flow=read_flow(places.flow(folder))) for name, folder in flows)
    timeless = tuple(
        StepReport(step=each.step, flow=each.flow.model_copy(update={"seconds": 0.0})) for each in steps
    )
    last = steps[-1].flow
    sources = json.loads(places.provenance.read_text())
    card = Card(
        name=job.recipe.name,
        description=job.recipe.description,
        made_by=(
            f"acrisol {acrisol_version()}",
            f"datatrove {version('datatrove')}",
        ),
        recipe_digest=job.digest,
        recipe=job.recipe,
        sources=tuple(Provenance.model_validate(each) for each in sources),
        steps=timeless,
        licenses=last.licenses,
        languages=last.languages,
        splits={name: count for name, count in last.counts.items() if name in SPLITS},
        files=files,
    )
    return Report(recipe=job.recipe.name, workers=job.workers, steps=steps), card


def written(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def markdown(card: Card) -> str:
    """The card for people."""
    parts = [
        f"# {_cell(card.name)}",
        _cell(card.description) or "A data set made by Acrisol.",
        f"Made by {_cell(', '.join(card.made_by))}; recipe digest `{_cell(card.recipe_digest[:16])}`, "
        f"seed {card.recipe.seed}, {card.recipe.shards} shards.",
        "## Files",
        _table(
            ("file", "rows", "bytes", "SHA-256"),
            [(each.file, f"{each.rows:,}", f"{each.bytes:,}", f"`{each.sha256}`") for each in card.files],
        ),
        "## Sources",
        _table(
            ("source", "kind", "from", "revision", "files"),
            [
                (
                    each.source,
                    each.kind,
                    each.origin,
                    each.revision,
                    "" if each.items is None else f"{each.items:,}",
                )
                for each in card.sources
            ],
        ),
        "## Steps",
        _table(
            ("step", "in", "out", "MB in", "MB out", "dropped", "done"),
            [_step_row(each) for each in card.steps],
        ),
        "## Languages",
        _counted("language", card.languages),
        "## Licences",
        _counted("licence", card.licenses),
        "## Splits",
        "Whole repositories are held out. " + _listed(card.splits),
    ]
    return "\n\n".join(parts) + "\n"


def _step_row(report: StepReport) -> tuple[str, ...]:
    flow = report.flow
    return (
        report.step,
        f"{flow.documents_in:,}",
        f"{flow.documents_out:,}",
        f"{flow.bytes_in / 1e6:,.1f}",
        f"{flow.bytes_out / 1e6:,.1f}",
        _listed(flow.dropped),
        _listed(flow.counts),
    )


def _listed(counts: Counts) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in _by_size(counts))


def _by_size(counts: Counts) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _counted(what: str, counts: Counts, most: int = 50) -> str:
    ordered = _by_size(counts)
    lines = [(name or "(unknown)", f"{count:,}") for name, count in ordered[:most]]
    if len(ordered) > most:
        lines.append((f"{len(ordered) - most} others", f"{sum(count for _, count in ordered[most:]):,}"))
    return _table((what, "documents"), lines)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    rows += ["| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines]
    return "\n".join(rows)


def _cell(text: str) -> str:
    """Hostile names (a licence, a folder) as text that breaks neither table nor page nor terminal."""
    flat = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split())[:500])
    return flat.replace("\\", "\\\\").replace("|", "\\|").replace("[", "\\[").replace("<", "&lt;")
