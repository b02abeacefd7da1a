"""The ``acrisol`` command: one subcommand a file, loaded when it is called."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from verifiers.version import acrisol_version


class _Place(NamedTuple):
    """Where a subcommand is, and its line in the help text."""

    module: str
    name: str
    says: str


# Loading them all takes seconds: web framework, graph, model client. The help text needs none of that.
COMMANDS = {
    "solve": _Place(
        "solve",
        "solve",
        "Solve a coding task: exit 0 solved, 1 not solved, 2 bad input, 3 a tool is missing.",
    ),
    "verify": _Place(
        "verify",
        "verify",
        "Judge existing code: exit 0 accepted, 1 not accepted, 2 bad input, 3 a tool is missing.",
    ),
    "audit": _Place(
        "audit",
        "audit",
        "Audit Solidity code: exit 0 passed, 1 not, 2 bad input, 3 a tool is missing or broke.",
    ),
    "doctor": _Place(
        "doctor", "doctor", "Look at every tool: exit 0 if Python tasks can be solved, 3 if not."
    ),
    "serve": _Place(
        "serve",
        "serve",
        "Serve the API with a worker until Ctrl-C: SQLite, and a private Redis unless REDIS_URL is set.",
    ),
    "batch": _Place("batch", "app", "Work on many tasks of one file, here or on a server."),
    "jobs": _Place("jobs", "app", "List, show, cancel, replay and delete tasks and audits."),
    "keys": _Place("keys", "app", "Make, list, rotate and revoke API keys."),
    "receipt": _Place(
        "receipt",
        "check_receipt",
        "Check a receipt: exit 0 genuine and accepted, 1 genuine and not accepted, 2 not genuine.",
    ),
    "model": _Place("model", "app", "Models and adapters: register, serve, make live, go back."),
    "train": _Place("train", "app", "Fine-tune a model by a recipe: acrisol train RECIPE [OPTIONS]."),
    "adversarial": _Place(
        "adversarial", "app", "Attack a model, train it on what was found, measure what it withstands."
    ),
    "policy": _Place("policy", "app", "Check a policy file, or print the default policy."),
    "evaluate": _Place(
        "evaluate", "app", "Run a suite against a model, with and without the loop; report and compare."
    ),
    "data": _Place("data", "app", "Make training data from code, datasets, and what the service did."),
}


class _LazyGroup(TyperGroup):
    # Typer's own types of contexts and commands are private to it, hence ``Any``.
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=place.says) if place else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, found, rest = super().resolve_command(ctx, args)
        return name, load(name) if found and name else None, rest


def load(name: str) -> Any:
    """The subcommand of a name, with all that it needs, as Typer makes it."""
    place = COMMANDS[name]
    thing: Any = getattr(importlib.import_module(f"api.cli.{place.module}"), place.name)
    inner = thing
    if not isinstance(thing, typer.Typer):
        inner = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        inner.command(name)(thing)
    command = get_command(inner)
    command.name = name
    return command


app = typer.Typer(
    name="acrisol",
    cls=_LazyGroup,
    help="Generates code and returns only what was run, scanned and found good.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"acrisol {acrisol_version()}")
        raise typer.Exit


@app.callback()
def main(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Generates code and returns only what was run, scanned and found good."""
