"""``acrisol jobs``: look after tasks and audits, straight in the database.

Whoever can write the database may do everything anyway, so that no key is needed for it. A service that runs
takes what is done here at once: its sweeper wakes a worker for what was sent back to the queue.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.exits import reported_errors
from api.cli.rendering import plain
from verifiers.domain import Language
from worker.access import LOCAL
from worker.checkpoints import forgetting
from worker.errors import JobNotFound
from worker.settings import WorkerSettings
from worker.states import JobState
from worker.store import audits, dead, events, jobs, removal
from worker.store.database import Database, open_database
from worker.store.reading import Filters, ListedPage, listed
from worker.store.records import AuditJob, Job

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="List, show, cancel, replay and delete tasks and audits.",
)
_IDS = Annotated[list[str], typer.Argument(help="Ids, as 'acrisol jobs list' shows them.")]
_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_LIMIT = Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")]
_STYLES = {
    JobState.SOLVED: "green",
    JobState.AUDITED: "green",
    JobState.DEAD: "bold red",
    JobState.ERROR: "red",
}


@app.command("list")
def listing(
    state: Annotated[
        list[JobState] | None, typer.Option(help="Only these; may be given several times.")
    ] = None,
    language: Annotated[Language | None, typer.Option(help="Only this language.")] = None,
    text: Annotated[str, typer.Option(help="Only what has this in its title.")] = "",
    limit: _LIMIT = 50,
    json: _JSON = False,
) -> None:
    """List tasks and audits of all tenants, newest first."""
    with _store() as database:
        filters = Filters(language=language, text=text)
        _print(listed(database, limit, states=state or (), filters=filters), json)


@app.command("dead")
def dead_ones(limit: _LIMIT = 50, json: _JSON = False) -> None:
    """List what took too many workers with it; 'acrisol jobs replay' sends it back to the queue."""
    with _store() as database:
        _print(listed(database, limit, states=(JobState.DEAD,)), json)


@app.command("show")
def show(
    job_id: Annotated[str, typer.Argument(help="An id, as 'acrisol jobs list' shows it.")],
    json: _JSON = False,
) -> None:
    """Show one task or audit: its state, what it came to, and what happened."""
    with _store() as database:
        job = _job(database, job_id)
        if json:
            typer.echo(job.model_dump_json(indent=2))
            return
        console = Console(highlight=False)
        outcome = job.outcome if isinstance(job, Job) else job.audit
        for name, value in {
            "id": job.id,
            "state": job.state.value,
            "title": job.title if isinstance(job, Job) else job.name,
            "deliveries": str(job.deliveries),
            "accepted": f"{job.created_at:%Y-%m-%d %H:%M:%S}",
            "ended": f"{job.finished_at:%Y-%m-%d %H:%M:%S}" if job.finished_at else "",
            "came to": outcome.reason if outcome else "",
            "error": job.error or "",
        }.items():
            if value:
                console.print(Text.assemble((f"{name:>10}  ", "dim"), plain(value)), soft_wrap=True)
        for event in events.read(database, job.id).events:
            line = f"{event.at:%H:%M:%S}  {event.event.kind}"
            console.print(Text.assemble((f"{event.seq:>10}  ", "dim"), plain(line)), soft_wrap=True)


@app.command("replay")
def replay(ids: _IDS) -> None:
    """Send dead tasks and audits back to the queue, where they start anew."""
    with _store() as database:
        for job_id in ids:
            dead.replay(database, job_id, forgetting(WorkerSettings().checkpoints))
            _say(f"{job_id} is queued again.")


@app.command("cancel")
def cancel(ids: _IDS) -> None:
    """Cancel what waits or runs; what has ended stays as it is."""
    with _store() as database:
        for job_id in ids:
            _job(database, job_id)
            jobs.request_cancel(database, job_id)
            state = _job(database, job_id).state
            _say(f"{job_id} {'is told to stop' if state is JobState.RUNNING else f'is {state.value}'}.")


@app.command("delete")
def delete(ids: _IDS) -> None:
    """Delete what has ended, with its code, outcome and events; it cannot be had back."""
    with _store() as database:
        for job_id in ids:
            _job(database, job_id)
            removal.remove(database, job_id, LOCAL, forgetting(WorkerSettings().checkpoints))
            _say(f"{job_id} is deleted.")


@contextmanager
def _store() -> Iterator[Database]:
    with reported_errors(Console(stderr=True, highlight=False)):
        database = open_database(WorkerSettings().database)
        try:
            yield database
        finally:
            database.close()


def _job(database: Database, job_id: str) -> Job | AuditJob:
    try:
        return jobs.get(database, job_id)
    except JobNotFound:
        pass
    try:
        return audits.get(database, job_id)
    except JobNotFound:
        raise JobNotFound(
            f"There is no task or audit with the id {job_id[:64]!r}.", "'acrisol jobs list' lists them."
        ) from None


def _say(sentence: str) -> None:
    Console(stderr=True, highlight=False).print(plain(sentence), soft_wrap=True)


def _print(page: ListedPage, json: bool) -> None:
    if json:
        typer.echo(page.model_dump_json(indent=2))
        return
    if not page.jobs:
        _say("There are none.")
        return
    table = Table(border_style="dim")
    for column in ("id", "kind", "state", "accepted", "deliveries", "title", "error"):
        table.add_column(column, overflow="fold", no_wrap=column == "id")
    for job in page.jobs:
        table.add_row(
            job.id,
            job.kind,
            Text(job.state.value, style=_STYLES.get(job.state, "")),
            f"{job.created_at:%Y-%m-%d %H:%M}",
            str(job.deliveries),
            plain(job.title),
            plain(job.error or ""),
        )
    Console(highlight=False).print(table)
    if page.next_cursor:
        _say("There are more: give a larger --limit.")
