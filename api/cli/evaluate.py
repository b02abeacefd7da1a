"""``acrisol evaluate``: how good a model is on a suite, with and without the loop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from api.cli.evaluate_juliet import juliet
from api.cli.evaluate_perplexity import evaluate_perplexity
from api.cli.evaluate_report import report_on, show, show_comparison, summary_of
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import settings_from
from api.cli.rendering import plain
from models.evaluation.compare import compare as compared
from models.evaluation.plan import Plan
from models.evaluation.results import numbered, read_results
from models.evaluation.settings import SuiteSettings
from models.evaluation.shards import merge as merged
from models.evaluation.suites import SUITES
from verifiers.domain import Sampling
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run a suite against a model, with and without the loop; report and compare.",
)
app.command("juliet")(juliet)
app.command("perplexity")(evaluate_perplexity)
_SAMPLING = Sampling()
_Data = Annotated[
    Path | None, typer.Option(help="Folder of published suites; default what ACRISOL_SUITES says.")
]
_Run = Annotated[Path, typer.Argument(help="The folder of a run.")]
_Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_Seed = Annotated[int, typer.Option(min=0, help="Of the bootstrap's intervals.")]


@app.command("run")
def run(
    suite: Annotated[str, typer.Argument(help="A suite's name (acrisol evaluate suites) or a JSONL file.")],
    out: Annotated[Path, typer.Option("--output", "--out", "-o", help="Keep the run in this folder.")],
    split: Annotated[str | None, typer.Option(help="train, validation, test or prompt of MBPP.")] = None,
    data: _Data = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many problems.")] = None,
    model: Annotated[str | None, typer.Option(help="As for acrisol solve.")] = None,
    model_name: Annotated[str | None, typer.Option(help="The model's name at that URL.")] = None,
    adapter: Annotated[str | None, typer.Option(help="As for acrisol solve.")] = None,
    generations: Annotated[
        Path | None, typer.Option(help="A JSONL file of recorded answers instead of a model.")
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Let the agent's whole loop answer.")] = False,
    attempts: Annotated[int | None, typer.Option(help="Rounds of the loop; default 4.")] = None,
    round_samples: Annotated[
        int | None, typer.Option(help="Candidates a round of the loop; default 1.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option("-n", "--samples", help="Answers a problem; default 1.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help=f"0 is greedy; default {_SAMPLING.temperature}.")
    ] = None,
    top_p: Annotated[float | None, typer.Option(help=f"Nucleus mass; default {_SAMPLING.top_p}.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Tokens an answer; default as the agent's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the sampling; default 0.")] = None,
    scan: Annotated[bool, typer.Option(help="Scanners look at the answers.")] = True,
    clients: Annotated[int, typer.Option(help="Problems asked about at a time.")] = 4,
    judges: Annotated[int, typer.Option(help="Answers judged at a time.")] = 2,
    shard: Annotated[str, typer.Option(help="i/n: only every n-th problem; then merge.")] = "",
    shards: Annotated[
        int, typer.Option(min=0, max=1000, help="Queue so many shards for acrisol evaluate work.")
    ] = 0,
) -> None:
    """Run a suite, or go on with a run that was broken off: the same command again.

    Exit 0 done, 2 bad input, 3 a tool is missing, 130 interrupted.
    """
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        drawing = {"temperature": temperature, "top_p": top_p, "seed": seed}
        rounds = {"attempts": attempts, "round_samples": round_samples}
        asking = {"model": model, "model_name": model_name, "adapter": adapter, "samples": samples}
        if loop and generations is not None:
            raise InvalidInput("loop", "answers by a model, but recorded answers are given.", "Drop one.")
        if generations is not None:
            _refuse_idle("where answers are recorded", **asking, **drawing, max_tokens=max_tokens)
        if loop:
            _refuse_idle("with --loop, which has a schedule of its own", **drawing)
        else:
            _refuse_idle("without --loop", **rounds)
        plan = _plan(
            suite=suite,
            out=out,
            split=split,
            data=_data(data),
            limit=limit,
            generations=generations,
            mode="loop" if loop else "direct",
            sampling=_sampling(
                max_tokens=_tokens(model) if max_tokens is None else max_tokens,
                **{"seed": 0, **_given(drawing)},
            ),
            scan=scan,
            clients=clients,
            judges=judges,
            shard=shard,
            **_given(asking),
            **_given(rounds),
        )
        if shards:
            from api.cli.evaluate_shards import run_shards

            run_shards(console, plan, shards)
        else:
            from api.cli.evaluate_run import bar, carry_out

            try:
                with bar(console, out) as on_progress:
                    carry_out(plan, on_progress)
            except KeyboardInterrupt:
                console.print(plain("Interrupted. The same command goes on.", "yellow"))
                raise typer.Exit(ExitCode.INTERRUPTED) from None
        if not shard:
            show(Console(highlight=False), report_on(console, out, plan.data))


@app.command("work")
def work(
    folder: Annotated[Path, typer.Argument(help="The folder that all machines share, with all runs in it.")],
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Shards at a time.")] = 1,
) -> None:
    """Work on queued shards until Ctrl-C; REDIS_URL names the queue."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        from api.cli.evaluate_shards import work_on_shards

        work_on_shards(folder, concurrency)


@app.command("merge")
def merge(
    out: Annotated[Path, typer.Argument(help="The new folder.")],
    parts: Annotated[list[Path], typer.Argument(help="The folders of all shards.")],
    data: _Data = None,
) -> None:
    """Put the shards of a run together in one folder."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        merged(out, parts)
        show(Console(highlight=False), report_on(console, out, _data(data)))


@app.command("report")
def report(folder: _Run, data: _Data = None, seed: _Seed = 0, as_json: _Json = False) -> None:
    """Write report.json and report.html of a run, and print the numbers."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        summary = report_on(console, folder, _data(data), seed)
        if as_json:
            typer.echo(summary.model_dump_json(indent=2))
        else:
            show(Console(highlight=False), summary)


@app.command("compare")
def compare(
    first: _Run,
    second: Annotated[Path, typer.Argument(help="The folder of the run that may be better.")],
    data: _Data = None,
    seed: _Seed = 0,
    as_json: _Json = False,
) -> None:
    """Compare two runs of one suite by paired tests; write it beside the second as compare.json."""
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        ones, others = (summary_of(folder, _data(data), seed=seed) for folder in (first, second))
        found = compared(ones, others, _first_passed(first), _first_passed(second), seed=seed)
        try:
            (second / "compare.json").write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise InvalidInput("second", f"{second} cannot be written ({error.strerror}).") from error
        if as_json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            show_comparison(Console(highlight=False), found)


@app.command("suites")
def suites() -> None:
    """List the suites, where they are looked for and whether they are there."""
    console = Console(highlight=False)
    folder = SuiteSettings().suites
    where = folder or "no folder: set ACRISOL_SUITES or give --data"
    console.print(plain(f"Published suites are looked for in {where}."), soft_wrap=True)
    for name, suite in SUITES.items():
        console.print(Text.assemble((name, "bold"), "  ", plain(suite.says)), soft_wrap=True)
        if suite.packaged:
            console.print("  comes with Acrisol")
        for file in suite.files:
            there = folder is not None and (folder / file).is_file()
            console.print(f"  {file}", "[green]found[/]" if there else "[yellow]missing[/]", soft_wrap=True)


def _first_passed(folder: Path) -> dict[str, bool]:
    return {name: found[0].passed for name, found in numbered(read_results(folder).values()).items()}


def _data(given: Path | None) -> Path | None:
    return given if given is not None else SuiteSettings().suites


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _refuse_idle(when: str, **options: object) -> None:
    """Refuse options that would decide nothing: who gives one believes that it does."""
    for name in _given(options):
        raise InvalidInput(name.replace("_", "-"), f"decides nothing {when}.", "Leave it out.")


def _tokens(model: str | None) -> int:
    """What the agent allows, so that runs with and without the loop differ in the loop alone."""
    from agent.wiring import MAX_TOKENS, SMALL_MAX_TOKENS
    from models.select import is_small

    settings = settings_from(model=model)
    return settings.max_tokens or (SMALL_MAX_TOKENS if is_small(settings.model) else MAX_TOKENS)


def _plan(**fields: Any) -> Plan:
    try:
        return Plan(**fields)
    except ValidationError as error:
        raise invalid_input(error) from error


def _sampling(**fields: Any) -> Sampling:
    try:
        return Sampling(**fields)
    except ValidationError as error:
        raise invalid_input(error) from error
