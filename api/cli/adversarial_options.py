"""What the commands of ``acrisol adversarial`` share: options, a progress bar, files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from agent.examiner import open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from api.cli.bar import Bar
from api.cli.inputs import named_language, settings_from
from api.cli.rendering import plain
from models.adversarial.recipe import AdversarialRecipe, Attacks
from models.evaluation.settings import SuiteSettings
from models.evaluation.suites import read_suite, spread
from models.examining import Examiner, Problem
from models.select import is_small
from models.training.run import Progress as TrainingProgress
from verifiers.errors import InvalidInput

MODEL = Annotated[str, typer.Option(help="embedded, a URL, a GGUF file or a checkpoint folder.")]
ADAPTER = Annotated[Path | None, typer.Option(help="A LoRA adapter over it: its folder, or a GGUF file.")]
FAMILY = Annotated[list[str] | None, typer.Option("--family", help="Only this attack; may be repeated.")]
LANGUAGE = Annotated[
    list[str] | None, typer.Option("--language", help="Only code in this language; may be repeated.")
]
LIMIT = Annotated[int | None, typer.Option(min=1, help="Attacks at most, spread evenly; twins come on top.")]
WORKERS = Annotated[int, typer.Option(min=1, max=64, help="Cases at a time.")]
SANDBOX = Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")]


class RoundsBar(Bar):
    """Steps that go through cases, and trainings between them."""

    _what = "starting"

    def step(self, what: str) -> None:
        """A step begins."""
        self._what = what
        self.show(what)

    def cases(self, done: int, total: int) -> None:
        """So many cases of the step are done."""
        self.show(self._what, done, total)

    def training(self, stage: str, progress: TrainingProgress) -> None:
        """Where a training is."""
        if progress.message:
            self.console.print(plain(progress.message, "dim"), soft_wrap=True)
        loss = "" if progress.loss is None else f"loss {progress.loss:.3f}"
        self.show(f"Training: {stage}", progress.step, progress.steps, loss)


def limits_for(model: str) -> PromptLimits:
    """How long a model's prompts may be: as the agent has it."""
    return SMALL_CONTEXT if is_small(model) else PromptLimits()


@contextmanager
def examiner_for(model: str, sandbox: str | None) -> Iterator[Examiner]:
    """Prompts as long as the model takes, and judgement; with a sandbox of its own."""
    with open_examiner(settings_from(sandbox=sandbox), limits_for(model)) as examiner:
        yield examiner


def attacks_of(family: Sequence[str] | None, language: Sequence[str] | None, limit: int | None) -> Attacks:
    """The attacks that the options choose."""
    languages = tuple(named_language(name) for name in language or ())
    return Attacks(families=tuple(family or ()), languages=languages, limit=limit)


def problems_of(recipe: AdversarialRecipe, data: Path | None) -> Sequence[Problem]:
    """The utility suite of a recipe; empty where it names none."""
    judging = recipe.judging
    if judging is None or judging.suite is None:
        return ()
    found = read_suite(judging.suite, split=judging.split or None, data=suites_in(data))
    return spread(found, judging.problems)


def suites_in(data: Path | None) -> Path | None:
    """The folder that holds published suites, by option or by ``ACRISOL_SUITES``."""
    return data or SuiteSettings().suites


def write_report(folder: Path, report: str, html: str) -> None:
    """Write a report in both forms.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(report + "\n", encoding="utf-8")
        (folder / "report.html").write_text(html, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            "out", f"{folder} cannot be written ({error.strerror}).", "Name another."
        ) from error
