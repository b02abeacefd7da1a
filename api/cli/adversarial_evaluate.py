"""``acrisol adversarial evaluate``: what a model withstands, and what another state of it does."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.adversarial_options import (
    FAMILY,
    LANGUAGE,
    LIMIT,
    MODEL,
    SANDBOX,
    WORKERS,
    RoundsBar,
    attacks_of,
    examiner_for,
    suites_in,
    write_report,
)
from api.cli.adversarial_view import report_tables
from api.cli.exits import reported_errors
from api.cli.rendering import plain
from models.adversarial.evaluation import State, report_on
from models.adversarial.page import page
from models.adversarial.rounds import both_sides, measured
from models.adversarial.states import open_state
from models.adversarial.trials import Draw
from models.evaluation.suites import read_suite, spread
from models.select import EMBEDDED, is_small
from verifiers.errors import InvalidInput


def evaluate(
    out: Annotated[Path, typer.Option("--output", "--out", "-o", help="Folder; goes on with what is there.")],
    model: MODEL = EMBEDDED,
    adapter: Annotated[
        Path | None, typer.Option(help="Compare the model with itself under this adapter: folder or GGUF.")
    ] = None,
    against: Annotated[str | None, typer.Option(help="Or compare it with this model.")] = None,
    before_adapter: Annotated[
        Path | None, typer.Option(help="An adapter that the model has before, such as another training's.")
    ] = None,
    family: FAMILY = None,
    language: LANGUAGE = None,
    limit: LIMIT = None,
    samples: Annotated[int, typer.Option(min=1, max=64, help="Answers to each case.")] = 1,
    temperature: Annotated[float, typer.Option(min=0, max=2)] = 0.7,
    max_tokens: Annotated[int, typer.Option(min=16, max=8192)] = 384,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    suite: Annotated[str | None, typer.Option(help="A suite whose pass@1 is measured as well.")] = None,
    split: Annotated[str | None, typer.Option(help="Of the suite, such as test.")] = None,
    problems: Annotated[int, typer.Option(min=1, help="How many of its problems.")] = 100,
    suite_samples: Annotated[int, typer.Option(min=1, max=64, help="Answers to each problem.")] = 1,
    data: Annotated[Path | None, typer.Option(help="The folder that holds published suites.")] = None,
    workers: WORKERS = 2,
    sandbox: SANDBOX = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON on stdout.")] = False,
) -> None:
    """Measure attack success, insecure code and false refusal: report.json and report.html in the folder."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        if adapter is not None and against is not None:
            raise InvalidInput("against", "excludes --adapter: two states are compared.", "Leave one out.")
        if split is not None and suite is None:
            raise InvalidInput("suite", "is missing, and --split is of one.", "Give --suite.")
        cases = both_sides(attacks_of(family, language, limit))
        draw = Draw(samples=samples, temperature=temperature, max_tokens=max_tokens, seed=seed)
        chosen = spread(read_suite(suite, split=split, data=suites_in(data)), problems) if suite else ()
        wanted: list[tuple[str, str, Path | None]] = [("before", model, before_adapter)]
        if adapter is not None or against is not None:
            wanted.append(("after", against or model, adapter))
        # Both get the same prompts, the smaller one's.
        prompts_for = against if against is not None and is_small(against) else model
        states: list[State] = []
        with RoundsBar(errors) as bar:
            for name, spec, over in wanted:
                folder = out / name
                bar.step(f"Attacks, {name}")
                with (
                    examiner_for(prompts_for, sandbox) as examiner,
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
        write_report(out, report.model_dump_json(indent=2), page(report, cases, states[-1]))
        if as_json:
            typer.echo(report.model_dump_json())
            return
        console = Console(highlight=False)
        for table in report_tables(report):
            console.print(table)
        console.print(
            plain(f"Written to {out / 'report.html'} and {out / 'report.json'}", "dim"), soft_wrap=True
        )
