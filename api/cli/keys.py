"""``acrisol keys``: make, list, rotate and revoke API keys, straight in the database.

Whoever can write the database may do everything anyway, so that no key is needed for it; a server that runs
takes what is done here at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.exits import reported_errors
from api.cli.rendering import plain
from verifiers.errors import InvalidInput
from worker.access import Scope
from worker.settings import WorkerSettings
from worker.store.access import keys
from worker.store.access.values import Key, KeyRequest, NewKey
from worker.store.database import Database, open_database

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Make, list, rotate and revoke API keys.")
_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
_DURATION = re.compile(r"(\d{1,9})([smhdw])")
_KEY_ID = typer.Argument(help="The key's id or its beginning, as 'acrisol keys list' shows it.")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Tells people whose it is or what uses it.")],
    scope: Annotated[
        list[Scope], typer.Option(help="What it may do; may be given several times. admin may do everything.")
    ] = [Scope.READ, Scope.SUBMIT],  # noqa: B006 - Typer copies it
    tenant: Annotated[str, typer.Option(help="Whose tasks it makes and sees.")] = "default",
    expires: Annotated[
        str | None, typer.Option(help="After how long, for example 90d; default never.")
    ] = None,
    max_running: Annotated[int | None, typer.Option(help="Jobs at a time; more wait.")] = None,
    max_queued: Annotated[int | None, typer.Option(help="Jobs that wait or run; more are refused.")] = None,
    per_minute: Annotated[int | None, typer.Option(help="Requests; default the server's own limit.")] = None,
) -> None:
    """Make a key and print it on standard output, this once."""
    with _store() as database:
        wanted = KeyRequest(
            name=name,
            tenant=tenant,
            scopes=frozenset(scope),
            expires_in_s=None if expires is None else seconds(expires, "--expires"),
            max_running=max_running,
            max_queued=max_queued,
            per_minute=per_minute,
        )
        _print_new(keys.create(database, wanted))


@app.command("list")
def listing(
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List all keys, newest first, without their secrets."""
    with _store() as database:
        found = keys.listing(database)
        if json:
            typer.echo(found.model_dump_json(indent=2))
        else:
            Console(highlight=False).print(_table(found.keys, datetime.now(UTC)))


@app.command("revoke")
def revoke(key: Annotated[str, _KEY_ID]) -> None:
    """Make a key good for nothing from now on; what was created with it stays."""
    with _store() as database:
        revoked = keys.revoke(database, _id_of(database, key))
        Console(stderr=True, highlight=False).print(plain(f"{revoked.name} ({revoked.prefix}…) is revoked."))


@app.command("rotate")
def rotate(
    key: Annotated[str, _KEY_ID],
    grace: Annotated[str, typer.Option(help="How long the old one stays good, for example 2h.")] = "1d",
) -> None:
    """Make a key that is like another and print it on standard output; the old one stays good for a while."""
    with _store() as database:
        _print_new(keys.rotate(database, _id_of(database, key), seconds(grace, "--grace")))


def seconds(duration: str, option: str) -> float:
    """A duration such as ``90d`` in seconds.

    Raises:
        InvalidInput: it is none.
    """
    found = _DURATION.fullmatch(duration.strip())
    if found is None:
        raise InvalidInput(
            option, f"{duration[:40]!r} is not a duration.", "Give one such as 30m, 12h, 90d or 4w."
        )
    return float(int(found[1]) * _UNITS_S[found[2]])


@contextmanager
def _store() -> Iterator[Database]:
    with reported_errors(Console(stderr=True, highlight=False)):
        database = open_database(WorkerSettings().database)
        try:
            yield database
        finally:
            database.close()


def _id_of(database: Database, key: str) -> str:
    beginning = key.removesuffix("…")
    named = [
        found.id
        for found in keys.listing(database).keys
        if key == found.id or (len(beginning) >= 8 and beginning.startswith(found.prefix[: len(beginning)]))
    ]
    if len(named) > 1:
        raise InvalidInput("key", f"{len(named)} keys begin like this.", "Give the id.")
    return named[0] if named else key


def _print_new(made: NewKey) -> None:
    typer.echo(made.secret)
    note = (
        f"{made.key.name}: id {made.key.id}. The key is shown this once; the database holds its digest only."
    )
    Console(stderr=True, highlight=False).print(plain(note), soft_wrap=True)


def _table(found: tuple[Key, ...], now: datetime) -> Table:
    table = Table(border_style="dim")
    for column in ("key", "name", "tenant", "may", "limits", "last used", "state"):
        table.add_column(column, overflow="fold", no_wrap=column == "key")  # which the other commands take
    for key in found:
        limits = {"at a time": key.max_running, "waiting": key.max_queued, "a minute": key.per_minute}
        table.add_row(
            plain(key.prefix),
            plain(key.name),
            plain(key.tenant),
            Text(", ".join(scope.value for scope in key.scopes)),
            Text(", ".join(f"{value:,} {what}" for what, value in limits.items() if value is not None)),
            Text("never" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%d %H:%M}"),
            _state(key, now),
        )
    return table


def _state(key: Key, now: datetime) -> Text:
    if key.revoked_at is not None:
        return Text(f"revoked {key.revoked_at:%Y-%m-%d}", style="red")
    if key.expires_at is None:
        return Text("good", style="green")
    if key.expires_at <= now:
        return Text(f"expired {key.expires_at:%Y-%m-%d}", style="red")
    return Text(f"good until {key.expires_at:%Y-%m-%d %H:%M}", style="green")
