"""How models, adapters and their server look in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.rendering import plain
from models.serving.entries import BASE, Contents, Entry, Score
from models.serving.state import ServerState


def print_list(console: Console, contents: Contents) -> None:
    """All models, each with its adapters below it."""
    table = Table(border_style="dim")
    for column in ("name", "rank", "size", "licence", "scores", "digest", "added"):
        table.add_column(column, overflow="fold", no_wrap=column == "name")
    for model in contents.entries:
        if model.kind != "model":
            continue
        live = contents.live(model.name)
        _add_row(table, model, "live" if live == BASE and contents.history else "", "")
        for adapter in contents.adapters_of(model.name):
            _add_row(table, adapter, "live" if adapter.name == live else "", "  ")
    console.print(table)


def print_entry(console: Console, contents: Contents, entry: Entry) -> None:
    """All that is known of one."""
    facts = {
        "name": entry.name,
        "kind": entry.kind,
        "base": entry.base,
        "rank": str(entry.rank or ""),
        "licence": entry.license,
        "path": entry.path,
        "source": entry.source,
        "added": f"{entry.added:%Y-%m-%d %H:%M:%S}",
        "digest": entry.digest or "none: fetched by its name",
    }
    for name, value in facts.items():
        if value:
            console.print(Text.assemble((f"{name:>8}  ", "dim"), plain(value)), soft_wrap=True)
    for score in entry.scores:
        console.print(Text.assemble((f"{'score':>8}  ", "dim"), plain(described(score))), soft_wrap=True)
    for file in entry.files:
        line = f"{file.sha256[:16]}  {file.bytes:>14,}  {file.path}"
        console.print(Text.assemble((f"{'file':>8}  ", "dim"), plain(line)), soft_wrap=True)
    for change in contents.history:
        if change.base == (entry.base or entry.name) and change.adapter in (entry.name, BASE):
            what = f"{change.kind} {change.adapter or 'the base model'}"
            line = f"{change.at:%Y-%m-%d %H:%M:%S}  {what}{f': {change.reason}' if change.reason else ''}"
            console.print(Text.assemble((f"{'history':>8}  ", "dim"), plain(line)), soft_wrap=True)


def print_state(console: Console, state: ServerState) -> None:
    """A server's state."""
    load = state.load
    facts = {
        "server": state.url,
        "health": "good" if state.healthy else "does not answer",
        "model": state.base,
        "live": (state.live or "the base model")
        + ("" if state.in_step or not state.healthy else " (not on the server: acrisol model use it again)"),
        "serves": ", ".join(state.serves),
    }
    if load is not None:
        facts |= {
            "requests": f"{load.running:.0f} running, {load.waiting:.0f} waiting",
            "tokens/s": f"{state.tokens_per_second:.1f} over {state.seconds:.1f} s",
            "tokens": f"{load.written_tokens:,.0f} written, {load.read_tokens:,.0f} read",
            "cache": f"{load.cache_used:.0%} used, {load.prefix_hit_rate:.0%} of prompts found in it",
        }
    for name, value in facts.items():
        if value:
            console.print(Text.assemble((f"{name:>9}  ", "dim"), plain(value)), soft_wrap=True)


def _add_row(table: Table, entry: Entry, mark: str, indent: str) -> None:
    table.add_row(
        Text.assemble(indent, (entry.name, "bold" if mark else ""), (f" ({mark})" if mark else "", "green")),
        str(entry.rank or ""),
        f"{entry.bytes / 1e6:,.1f} MB" if entry.files else "",
        plain(entry.license),
        plain("\n".join(described(score) for score in entry.scores)),
        entry.digest[:12],
        f"{entry.added:%Y-%m-%d %H:%M}",
    )


def described(score: Score) -> str:
    """A score in words."""
    interval = "" if score.low is None or score.high is None else f" [{score.low:.1%}, {score.high:.1%}]"
    of = f" of {score.problems}" if score.problems else ""
    return f"{score.suite} {score.metric} {score.value:.1%}{interval}{of}"
