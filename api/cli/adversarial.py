"""``acrisol adversarial``: attack a model, learn from what fell, and measure what it withstands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.adversarial_evaluate import evaluate
from api.cli.adversarial_lean import lean_
from api.cli.adversarial_options import (
    ADAPTER,
    FAMILY,
    LANGUAGE,
    LIMIT,
    MODEL,
    SANDBOX,
    WORKERS,
    RoundsBar,
    attacks_of,
    examiner_for,
    problems_of,
    write_report,
)
from api.cli.adversarial_view import change_table
from api.cli.exits import reported_errors
from api.cli.rendering import plain
from models.adversarial.attacks import ATTACKS, all_cases
from models.adversarial.cases import Split
from models.adversarial.mining import Mining, References, mine
from models.adversarial.page import page
from models.adversarial.recipe import read_adversarial_recipe
from models.adversarial.rounds import Round, run_rounds
from models.adversarial.states import open_state
from models.select import EMBEDDED

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Attack a model, train it on what was found, measure what it withstands.",
)


@app.command("attacks")
def attacks(
    family: FAMILY = None,
    language: LANGUAGE = None,
    show: Annotated[bool, typer.Option(help="Print every case's request.")] = False,
) -> None:
    """List the attacks, with how many cases they have."""
    with reported_errors(Console(stderr=True, highlight=False)):
        console = Console(highlight=False)
        chosen = attacks_of(family, language, None)
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
    out: Annotated[Path, typer.Option("--output", "--out", "-o", help="Folder; goes on with what is there.")],
    model: MODEL = EMBEDDED,
    adapter: ADAPTER = None,
    family: FAMILY = None,
    language: LANGUAGE = None,
    limit: LIMIT = None,
    samples: Annotated[int, typer.Option(min=1, max=64, help="Answers to each case.")] = 4,
    attempts: Annotated[int, typer.Option(min=0, max=20, help="Tries to mend a flagged answer.")] = 3,
    references: Annotated[
        References, typer.Option(help="When the scenarios' own solutions stand in for the model's.")
    ] = References.MISSING,
    temperature: Annotated[float, typer.Option(min=0, max=2)] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=16, max=8192)] = 384,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    workers: WORKERS = 2,
    sandbox: SANDBOX = None,
) -> None:
    """Attack a model and keep what it can learn from, both sides checked: pairs.jsonl and rows.jsonl."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        chosen = attacks_of(family, language, limit)
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
            examiner_for(model, sandbox) as examiner,
            closing(open_state(model, adapter, out / "serving")) as opened,
            RoundsBar(errors) as bar,
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
    out: Annotated[Path, typer.Option("--output", "--out", "-o", help="Folder; goes on with what is there.")],
    utility: Annotated[
        list[Path] | None, typer.Option(help="Training rows that keep other abilities; may be repeated.")
    ] = None,
    pairs: Annotated[
        list[Path] | None, typer.Option(help="Rows that were mined before; may be repeated.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The folder that holds published suites.")] = None,
    workers: WORKERS = 2,
    sandbox: SANDBOX = None,
) -> None:
    """Attack, train, attack again with attacks that were held out, in as many rounds as the recipe says."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        read = read_adversarial_recipe(recipe)
        read = read.model_copy(
            update={"utility": (*read.utility, *(utility or ())), "pairs": (*read.pairs, *(pairs or ()))}
        )
        problems = problems_of(read, data)
        base = read.training.model
        console = Console(highlight=False)

        def tell(each: Round) -> None:
            console.print(plain(f"Round {each.number}: {each.pairs} pairs, {each.rows} rows", "bold"))
            if each.report is not None:
                console.print(change_table(each.report))
                write_report(
                    out / f"round-{each.number}", each.report.model_dump_json(indent=2), page(each.report)
                )

        with examiner_for(base, sandbox) as examiner, RoundsBar(errors) as bar:
            rounds = run_rounds(
                read,
                out,
                examiner,
                lambda adapter, folder: open_state(base, adapter, folder),
                problems=problems,
                workers=workers,
                told=bar,
                on_round=tell,
            )
        console.print(plain(f"The adapter is {rounds.adapter}"), soft_wrap=True)


app.command("evaluate")(evaluate)
app.command("lean")(lean_)
