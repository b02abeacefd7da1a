"""``acrisol batch``: many tasks in one file, here or on a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from agent.wiring import Agent, build_agent
from api.cli.bar import Bar
from api.cli.batch_client import BatchClient
from api.cli.batch_files import Results, Todo, again, look_through
from api.cli.batch_run import BatchRun, Tally
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import settings_from
from api.cli.rendering import clip, plain
from api.cli.reports import check_writable
from api.openai.batches import BatchObject
from api.settings import ClientSettings
from verifiers.domain import CodingTask, Outcome
from verifiers.errors import AcrisolError, InvalidInput
from verifiers.registry import check_task
from verifiers.validation import invalid_input
from worker.batches.lines import Endpoint
from worker.store.batches.values import BatchState

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Work on many tasks of one file, here or on a server."
)
_SHOWN_BAD = 20
_Tasks = Annotated[Path, typer.Argument(help="One JSON object a line; see docs/batches.md.")]
_Output = Annotated[Path, typer.Option("-o", "--output", help="Write the results here, one a line.")]
_Errors = Annotated[
    Path | None, typer.Option(help="Write lines without a result here; default beside the output.")
]
_Server = Annotated[str | None, typer.Option(help="The server's address; default http://127.0.0.1:8000.")]
_Id = Annotated[str, typer.Argument(help="The batch's id.")]
_Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@app.command("run")
def run(
    tasks: _Tasks,
    output: _Output,
    errors: _Errors = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Tasks at a time.")] = 2,
    model: Annotated[str | None, typer.Option(help="As for acrisol solve.")] = None,
    model_name: Annotated[str | None, typer.Option(help="The model's name at that URL.")] = None,
    sandbox: Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")] = None,
) -> None:
    """Work on all lines here; the same command again goes on after whatever stopped it.

    Exit 0 all solved, 1 not all, 2 bad input, 3 a tool is missing, 130 interrupted.
    """
    console = Console(stderr=True, highlight=False)
    with reported_errors(console):
        check_writable(output, "output")
        settings = settings_from(model=model, model_name=model_name, sandbox=sandbox)
        todo = look_through(tasks, check_task)
        _name_bad(console, todo)
        with Results(output, errors or beside(output), todo) as results, build_agent(settings) as agent:
            left = len(todo.lines) - len(results.done - {line.custom_id for line in todo.bad})
            work = BatchRun(tasks, todo, results, _solve(agent), check_task, concurrency=concurrency)
            try:
                with _bar(console, len(todo.lines), len(todo.lines) - left) as on_line:
                    work.run(on_line)
            except KeyboardInterrupt:
                said = f"Interrupted with {left - work.tally.ended:,} of {len(todo.lines):,} lines to go."
                console.print(plain(f"{said} The same command goes on.", "yellow"), soft_wrap=True)
                raise typer.Exit(ExitCode.INTERRUPTED) from None
        _conclude(console, work.tally, todo, results, output)


@app.command("submit")
def submit(
    tasks: _Tasks,
    endpoint: Annotated[
        Endpoint | None, typer.Option(help="What all lines ask for; default what the first one does.")
    ] = None,
    server: _Server = None,
) -> None:
    """Send a file to a server and print the id of the batch that is made of it."""
    with _client(server) as client:
        todo = look_through(tasks, check_task)
        _name_bad(Console(stderr=True, highlight=False), todo)
        if not todo.lines:
            raise InvalidInput("tasks", f"{tasks} has no line that can be read.", "See docs/batches.md.")
        wanted = endpoint or again(tasks, todo.lines[0], check_task).endpoint
        typer.echo(client.submit(tasks, wanted.value).id)


@app.command("status")
def status(batch_id: _Id, server: _Server = None, as_json: _Json = False) -> None:
    """Say how far a batch has come: exit 0 ended, 1 not yet."""
    with _client(server) as client:
        batch = client.get(batch_id)
    if as_json:
        typer.echo(batch.model_dump_json(indent=2))
    else:
        Console(highlight=False).print(_table((batch,)))
    raise typer.Exit(ExitCode.SOLVED if batch.status.ended else ExitCode.NOT_SOLVED)


@app.command("fetch")
def fetch(batch_id: _Id, output: _Output, errors: _Errors = None, server: _Server = None) -> None:
    """Write the results of a batch that has ended to files."""
    console = Console(stderr=True, highlight=False)
    with _client(server) as client:
        batch = client.get(batch_id)
        if not batch.status.ended:
            raise AcrisolError(
                f"The batch has not ended ({batch.status.value}).", f"acrisol batch status {batch.id}"
            )
        for file_id, path in (
            (batch.output_file_id, output),
            (batch.error_file_id, errors or beside(output)),
        ):
            if file_id is not None:
                _save(client.content(file_id), path)
                console.print(plain(f"Written to {path}", "dim"), soft_wrap=True)
        for error in batch.errors.data if batch.errors else ():
            console.print(plain(f"The batch failed: {clip(error.message)}", "red"), soft_wrap=True)


@app.command("list")
def listing(
    server: _Server = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 20,
    as_json: _Json = False,
) -> None:
    """List the newest batches of a server."""
    with _client(server) as client:
        found = client.listing(limit)
    if as_json:
        typer.echo("[" + ",\n".join(batch.model_dump_json() for batch in found) + "]")
    else:
        Console(highlight=False).print(_table(found))


@app.command("cancel")
def cancel(batch_id: _Id, server: _Server = None) -> None:
    """Begin no more lines of a batch and stop those that run; what has come out is kept."""
    with _client(server) as client:
        Console(highlight=False).print(_table((client.cancel(batch_id),)))


def beside(output: Path) -> Path:
    """Where errors go if nothing else is said: ``out.errors.jsonl`` for ``out.jsonl``."""
    return output.with_name(f"{output.stem}.errors{output.suffix or '.jsonl'}")


@contextmanager
def _client(server: str | None) -> Iterator[BatchClient]:
    with reported_errors(Console(stderr=True, highlight=False)):
        try:
            given: dict[str, Any] = {} if server is None else {"server": server}
            settings = ClientSettings(**given)
        except ValidationError as error:
            raise invalid_input(error) from error
        with BatchClient(settings.server, settings.key) as client:
            yield client


def _solve(agent: Agent) -> Callable[[CodingTask, Callable[[], bool]], Outcome]:
    return lambda task, should_stop: agent.solve(task, should_stop=should_stop)


def _name_bad(console: Console, todo: Todo) -> None:
    for line in todo.bad[:_SHOWN_BAD]:
        console.print(plain(f"line {line.number}: {clip(line.message)}", "yellow"), soft_wrap=True)
    left = len(todo.bad) - _SHOWN_BAD
    if left > 0:
        console.print(plain(f"… and {left:,} more lines that cannot be read.", "yellow"))


@contextmanager
def _bar(console: Console, total: int, done: int) -> Iterator[Callable[[Tally], None]]:
    with Bar(console) as bar:
        yield lambda tally: bar.show(
            "lines",
            done + tally.ended,
            total,
            f"{tally.solved:,} solved, {tally.not_solved + tally.failed:,} not",
        )


def _conclude(console: Console, tally: Tally, todo: Todo, results: Results, output: Path) -> None:
    parts = [f"{tally.solved:,} solved, {tally.not_solved:,} not solved, {tally.failed:,} failed"]
    before = len(todo.lines) - tally.ended
    if before:
        parts.append(f"{before:,} were done before")
    if todo.bad:
        parts.append(f"{len(todo.bad):,} could not be read")
    console.print(plain(f"Lines: {'; '.join(parts)}. Written to {output}", "bold"), soft_wrap=True)
    good = tally.solved + results.solved == len(todo.lines) and not todo.bad
    raise typer.Exit(ExitCode.SOLVED if good else ExitCode.NOT_SOLVED)


def _save(pieces: Iterator[bytes], path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(pieces)
        part.replace(path)
    except OSError as error:
        raise InvalidInput("output", f"{path} cannot be written ({error.strerror}).") from error


def _table(found: tuple[BatchObject, ...]) -> Table:
    table = Table(border_style="dim")
    table.add_column("id", no_wrap=True, min_width=42)  # whole: the other commands take it
    for head in ("state", "lines", "done", "failed", "created"):
        table.add_column(head, justify="left" if head in ("state", "created") else "right")
    for batch in found:
        counts = batch.request_counts
        style = "red" if batch.status is BatchState.FAILED else "green" if batch.status.ended else "yellow"
        table.add_row(
            plain(batch.id),
            plain(batch.status.value, style),
            f"{counts.total:,}",
            f"{counts.completed:,}",
            f"{counts.failed:,}",
            f"{datetime.fromtimestamp(batch.created_at, UTC):%Y-%m-%d %H:%M}",
        )
    return table
