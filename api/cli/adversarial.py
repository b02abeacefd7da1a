"""``acrisol adversarial``: attack a model, learn from what fell, and measure what it withstands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from agent.examiner import open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from api.cli.adversarial_view import change_table, report_tables
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import named_language, settings_from
from api.cli.rendering import plain
from models.adversarial.attacks import ATTACKS, all_cases
from models.adversarial.cases import Split
from models.adversarial.evaluation import State, report_on
from models.adversarial.mining import Mining, References, mine
from models.adversarial.page import page
from models.adversarial.recipe import AdversarialRecipe, Attacks, read_adversarial_recipe
from models.adversarial.rounds import Told, both_sides, measured, run_rounds
from models.adversarial.states import open_state
from models.adversarial.trials import Draw
from models.evaluation.settings import SuiteSettings
from models.evaluation.suites import read_suite
from models.examining import Examiner, Problem
from models.select import EMBEDDED
from models.training.run import Progress as TrainingProgress
from verifiers.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Attack a model, train it on what was found, measure what it withstands.",
)
_MODEL = Annotated[str, typer.Option(help="embedded, a URL, a GGUF file or a checkpoint folder.")]
_ADAPTER = Annotated[Path | None, typer.Option(help="A LoRA adapter over it: its folder, or a GGUF file.")]
_FAMILY = Annotated[list[str] | None, typer.Option("--family", help="Only this attack; may be repeated.")]
_LANGUAGE = Annotated[
    list[str] | None, typer.Option("--language", help="Only code in this language; may be repeated.")
]
_LIMIT = Annotated[int | None, typer.Option(min=1, help="Attacks at most, spread evenly; twins come on top.")]
_WORKERS = Annotated[int, typer.Option(min=1, max=64, help="Cases at a time.")]
_SANDBOX = Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")]


@app.command("attacks")
def attacks(
    family: _FAMILY = None,
    language: _LANGUAGE = None,
    show: Annotated[bool, typer.Option(help="Print every case's request.")] = False,
) -> None:
    """List the attacks, with how many cases they have."""
    with reported_errors(Console(stderr=True, highlight=False)):
        console = Console(highlight=False)
        chosen = _attacks(family, language, None)
        cases = all_cases(chosen.families, chosen.languages)
        if show:
            for case in cases:
                console.print(plain(case.id, "bold"), plain(case.task.instruction), sep="\n", soft_wrap=True)
            return
        table = Table(title="Attacks", title_justify="left", border_style="dim")
        for column in ("family", "what it does", "trained", "held out", "twins", "CWEs"):
            table.add_column(column, overflow="fold")
        for attack in ATTACKS:
            of_it = [case for case in cases if case.family == attack.family]
            counts = [sum(bool(case.twin) and case.split is split for case in of_it) for split in Split]
            twins = sum(not case.twin for case in of_it)
            weaknesses = len({case.cwe for case in of_it if case.twin})
            if of_it:
                numbers = [str(number) for number in (*counts, twins, weaknesses)]
                table.add_row(Text(attack.family, style="bold"), plain(attack.says), *numbers)
        console.print(table)


@app.command("mine")
def mine_(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder; goes on with what is there.")],
    model: _MODEL = EMBEDDED,
    adapter: _ADAPTER = None,
    family: _FAMILY = None,
    language: _LANGUAGE = None,
    limit: _LIMIT = None,
    samples: Annotated[int, typer.Option(min=1, max=64, help="Answers to each case.")] = 4,
    attempts: Annotated[int, typer.Option(min=0, max=20, help="Tries to mend a flagged answer.")] = 3,
    references: Annotated[
        References, typer.Option(help="When the scenarios' own solutions stand in for the model's.")
    ] = References.MISSING,
    temperature: Annotated[float, typer.Option(min=0, max=2)] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=16, max=8192)] = 384,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    workers: _WORKERS = 2,
    sandbox: _SANDBOX = None,
) -> None:
    """Attack a model and keep what it can learn from, both sides checked: pairs.jsonl and rows.jsonl."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        chosen = _attacks(family, language, limit)
        cases = all_cases(chosen.families, chosen.languages, (Split.TRAIN,), chosen.limit)
        mining = Mining(
            samples=samples,
            attempts=attempts,
            references=references,
            temperature=temperature,
            max_tokens=max_tokens,
            seed=seed,
        )
        with (
            _examiner(model, sandbox) as examiner,
            closing(open_state(model, adapter, out / "serving")) as opened,
            _Bar(errors) as bar,
        ):
            bar.step("Attacks are mined")
            found = mine(cases, opened, examiner, mining, out, workers=workers, on_done=bar.cases)
        pairs = sum(len(each.pairs) for each in found.values())
        rows = sum(len(each.rows) for each in found.values())
        fell = sum(any(label.invited for label in each.labels) for each in found.values())
        told = (
            f"{len(found)} cases, {fell} with the weakness invited: {pairs} pairs in {out / 'pairs.jsonl'}, "
        )
        Console(highlight=False).print(plain(f"{told}{rows} rows in {out / 'rows.jsonl'}."), soft_wrap=True)


@app.command("train")
def train(
    recipe: Annotated[str, typer.Argument(help="A recipe as YAML, or one that ships: embedded, llama-3-8b.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder; goes on with what is there.")],
    utility: Annotated[
        list[Path] | None, typer.Option(help="Training rows that keep other abilities; may be repeated.")
    ] = None,
    pairs: Annotated[
        list[Path] | None, typer.Option(help="Rows that were mined before; may be repeated.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The folder that holds published suites.")] = None,
    workers: _WORKERS = 2,
    sandbox: _SANDBOX = None,
) -> None:
    """Attack, train, attack again with attacks that were held out, in as many rounds as the recipe says."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        read = read_adversarial_recipe(recipe)
        read = read.model_copy(
            update={"utility": (*read.utility, *(utility or ())), "pairs": (*read.pairs, *(pairs or ()))}
        )
        problems = _problems_of(read, data)
        base = read.training.model
        with _examiner(base, sandbox) as examiner, _Bar(errors) as bar:
            rounds = run_rounds(
                read,
                out,
                examiner,
                lambda adapter, folder: open_state(base, adapter, folder),
                problems=problems,
                workers=workers,
                told=bar,
            )
        console = Console(highlight=False)
        for each in rounds.rounds:
            console.print(plain(f"Round {each.number}: {each.pairs} pairs, {each.rows} rows", "bold"))
            if each.report is not None:
                console.print(change_table(each.report))
                _write(out / f"round-{each.number}", each.report.model_dump_json(indent=2), page(each.report))
        console.print(plain(f"The adapter is {rounds.adapter}"), soft_wrap=True)


@app.command("evaluate")
def evaluate(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder; goes on with what is there.")],
    model: _MODEL = EMBEDDED,
    adapter: Annotated[
        Path | None, typer.Option(help="Compare the model with itself under this adapter: folder or GGUF.")
    ] = None,
    against: Annotated[str | None, typer.Option(help="Or compare it with this model.")] = None,
    family: _FAMILY = None,
    language: _LANGUAGE = None,
    limit: _LIMIT = None,
    samples: Annotated[int, typer.Option(min=1, max=64, help="Answers to each case.")] = 1,
    temperature: Annotated[float, typer.Option(min=0, max=2)] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=16, max=8192)] = 384,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    suite: Annotated[str | None, typer.Option(help="A suite whose pass@1 is measured as well.")] = None,
    split: Annotated[str | None, typer.Option(help="Of the suite, such as test.")] = None,
    problems: Annotated[int, typer.Option(min=1, help="How many of its problems.")] = 100,
    suite_samples: Annotated[int, typer.Option(min=1, max=64, help="Answers to each problem.")] = 1,
    data: Annotated[Path | None, typer.Option(help="The folder that holds published suites.")] = None,
    workers: _WORKERS = 2,
    sandbox: _SANDBOX = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON on stdout.")] = False,
) -> None:
    """Measure attack success, insecure code and false refusal: report.json and report.html in the folder."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        if adapter is not None and against is not None:
            raise InvalidInput("against", "excludes --adapter: two states are compared.", "Leave one out.")
        cases = both_sides(_attacks(family, language, limit))
        draw = Draw(samples=samples, temperature=temperature, max_tokens=max_tokens, seed=seed)
        chosen = _spread(read_suite(suite, split=split, data=_suites(data)), problems) if suite else ()
        wanted: list[tuple[str, str, Path | None]] = [("before", model, None)]
        if adapter is not None or against is not None:
            wanted.append(("after", against or model, adapter))
        states: list[State] = []
        with _Bar(errors) as bar:
            for name, spec, over in wanted:
                folder = out / name
                bar.step(f"Attacks, {name}")
                with (
                    _examiner(spec, sandbox) as examiner,
                    closing(open_state(spec, over, folder / "serving")) as opened,
                ):
                    states.append(
                        measured(
                            name,
                            opened,
                            cases,
                            chosen,
                            examiner,
                            draw,
                            suite_samples,
                            folder,
                            workers=workers,
                            on_done=bar.cases,
                        )
                    )
        report = report_on(cases, draw, states)
        _write(out, report.model_dump_json(indent=2), page(report, cases, states[-1]))
        if as_json:
            typer.echo(report.model_dump_json())
            return
        console = Console(highlight=False)
        for table in report_tables(report):
            console.print(table)
        console.print(
            plain(f"Written to {out / 'report.html'} and {out / 'report.json'}", "dim"), soft_wrap=True
        )


class _Bar(Told):
    """Shows how it goes on, in one line."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def step(self, what: str) -> None:
        self._progress.update(self._task, description=what, completed=0, total=None)

    def cases(self, done: int, total: int) -> None:
        self._progress.update(self._task, completed=done, total=total)

    def training(self, stage: str, progress: TrainingProgress) -> None:
        if progress.message:
            self._progress.console.print(plain(progress.message, "dim"), soft_wrap=True)
        loss = "" if progress.loss is None else f", loss {progress.loss:.3f}"
        self._progress.update(
            self._task, description=f"Training: {stage}{loss}", completed=progress.step, total=progress.steps
        )

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


@contextmanager
def _examiner(model: str, sandbox: str | None) -> Iterator[Examiner]:
    limits = SMALL_CONTEXT if model == EMBEDDED else PromptLimits()
    with open_examiner(settings_from(sandbox=sandbox), limits) as examiner:
        yield examiner


def _attacks(family: Sequence[str] | None, language: Sequence[str] | None, limit: int | None) -> Attacks:
    languages = tuple(named_language(name) for name in language or ())
    return Attacks(families=tuple(family or ()), languages=languages, limit=limit)


def _problems_of(recipe: AdversarialRecipe, data: Path | None) -> Sequence[Problem]:
    judging = recipe.judging
    if judging is None or judging.suite is None:
        return ()
    found = read_suite(judging.suite, split=judging.split or None, data=_suites(data))
    return _spread(found, judging.problems)


def _suites(data: Path | None) -> Path | None:
    return data or SuiteSettings().suites


def _spread(problems: Sequence[Problem], wanted: int) -> Sequence[Problem]:
    """So many of them, evenly spread."""
    if wanted >= len(problems):
        return problems
    return [problems[place * len(problems) // wanted] for place in range(wanted)]


def _write(folder: Path, report: str, html: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(report + "\n", encoding="utf-8")
        (folder / "report.html").write_text(html, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            "out", f"{folder} cannot be written ({error.strerror}).", "Name another."
        ) from error
