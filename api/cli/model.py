"""``acrisol model``: models and adapters, which of them is live, and their server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from agent.settings import AgentSettings
from api.cli.exits import reported_errors
from api.cli.model_export import export_, merge
from api.cli.model_serve import serve
from api.cli.model_view import described, print_entry, print_list, print_state
from api.cli.rendering import plain
from models.serving import running
from models.serving.entries import LIVE, Score
from models.serving.evaluated import measured_in, read_evaluation
from models.serving.going_live import Done, Reached
from models.serving.going_live import rollback as go_back
from models.serving.going_live import use as go_live
from models.serving.promotion import promote as promote_run
from models.serving.registry import Registry
from models.serving.serve import name_for
from models.serving.server_api import ServerApi
from models.serving.state import checked, look
from verifiers.errors import InvalidInput

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Models and adapters: register, serve, make live, go back.",
)
app.command("serve")(serve)
app.command("merge")(merge)
app.command("export")(export_)

_NAME = Annotated[str, typer.Argument(help="A name, as 'acrisol model list' shows it.")]
_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("add")
def add(
    path: Annotated[str, typer.Argument(help="A checkpoint folder, an adapter's folder, or a model's name.")],
    name: Annotated[str | None, typer.Option(help="What to call it; the folder's name if not given.")] = None,
    base: Annotated[str | None, typer.Option(help="For an adapter: its base model's name.")] = None,
    license: Annotated[str, typer.Option(help="SPDX expression, such as Apache-2.0.")] = "",
) -> None:
    """Register a model, or with --base an adapter: its files are looked over and their digests kept."""
    with reported_errors(_errors()):
        registry = _registry()
        called = name or name_for(path)
        if base is None:
            entry = registry.add_model(path, called, license)
        else:
            entry = registry.add_adapter(Path(path), called, base, license)
        _say(f"{entry.name} is registered ({entry.digest[:12] or 'not checked: fetched by its name'}).")


@app.command("list")
def listing(json: _JSON = False) -> None:
    """List models and adapters, their scores, and which are live."""
    with reported_errors(_errors()):
        contents = _registry().read()
        if json:
            typer.echo(contents.model_dump_json(indent=2))
        elif contents.entries:
            print_list(Console(highlight=False), contents)
        else:
            _say("There are none: acrisol model add FOLDER registers one.")


@app.command("show")
def show(name: _NAME, json: _JSON = False) -> None:
    """Show one model or adapter: its files, scores and history."""
    with reported_errors(_errors()):
        registry = _registry()
        entry = registry.get(name)
        if json:
            typer.echo(entry.model_dump_json(indent=2))
        else:
            print_entry(Console(highlight=False), registry.read(), entry)


@app.command("remove")
def remove(name: _NAME) -> None:
    """Take a model or an adapter out of the registry, and an adapter off the server."""
    with reported_errors(_errors()):
        registry = _registry()
        entry = registry.remove(name)
        _say(f"{name} is removed.")
        reached = _reached(registry)
        if entry.kind == "adapter" and reached is not None and reached.api.unload(name):
            _say("It is no longer served.")


@app.command("use")
def use(name: _NAME) -> None:
    """Make an adapter live, at once on a server that runs; a base model's name means no adapter."""
    with reported_errors(_errors()):
        registry = _registry()
        _tell(go_live(registry, name, _reached(registry)))


@app.command("rollback")
def rollback(
    base: Annotated[
        str | None, typer.Option(help="Of which base model; the served one if not given.")
    ] = None,
) -> None:
    """Make live what was live before; once more goes back one further."""
    with reported_errors(_errors()):
        registry = _registry()
        _tell(go_back(registry, base, _reached(registry)))


@app.command("score")
def score(
    name: _NAME,
    evaluation: Annotated[
        Path | None, typer.Option(help="The folder of an evaluation of it, with report.json.")
    ] = None,
    suite: Annotated[str | None, typer.Option(help="Or a suite's name, measured elsewhere.")] = None,
    value: Annotated[float | None, typer.Option(help="From 0 to 1.")] = None,
    metric: Annotated[str, typer.Option(help="What was measured.")] = "pass@1",
    problems: Annotated[int, typer.Option(help="How many problems of the suite.")] = 0,
) -> None:
    """Keep what a model or adapter was measured at, for 'promote' to compare with."""
    with reported_errors(_errors()):
        if evaluation is not None:
            if suite is not None or value is not None:
                raise InvalidInput("evaluation", "excludes --suite and --value.", "Leave one out.")
            measured = read_evaluation(evaluation)
        elif suite is not None and value is not None:
            measured = (Score(suite=suite, metric=metric, value=value, problems=problems),)
        else:
            raise InvalidInput(
                "evaluation", "What was measured?", "Give --evaluation, or --suite and --value."
            )
        registry = _registry()
        for each in measured:
            registry.score(name, each)
        of = f" {evaluation} measured {measured_in(evaluation)}." if evaluation is not None else ""
        _say(f"{name}: {'; '.join(map(described, measured))}.{of}")


@app.command("promote")
def promote(
    run: Annotated[Path, typer.Option(help="The folder of a training run.")],
    name: Annotated[str | None, typer.Option(help="What to call its adapter.")] = None,
    base: Annotated[
        str | None, typer.Option(help="The base model's name; if not given, the one it was trained on.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also if it is not better, or cannot be compared.")
    ] = False,
) -> None:
    """Register a training run's best adapter, and make it live if its score beats the live one's."""
    with reported_errors(_errors()):
        registry = _registry()
        called = name or name_for(str(run.absolute()))
        promoted = promote_run(registry, run, called, base, _reached(registry), force=force)
        _say(promoted.reason)
        _tell(promoted.done)


@app.command("status")
def status(
    seconds: Annotated[float, typer.Option(help="How long to look, for tokens a second.", min=0.1)] = 2.0,
    json: _JSON = False,
) -> None:
    """Show how the server fares: exit 0 healthy, 3 not."""
    with reported_errors(_errors()):
        registry = _registry()
        server = running.found(registry.folder)
        state = look(registry, _reach(registry, server), seconds)
        if json:
            typer.echo(state.model_dump_json(indent=2))
        else:
            print_state(Console(highlight=False), state)
        checked(state)


def _registry() -> Registry:
    return Registry(AgentSettings().home / "models")


def _reached(registry: Registry) -> Reached | None:
    server = running.find(registry.folder)
    return _reach(registry, server) if server else None


def _reach(registry: Registry, server: running.RunningServer) -> Reached:
    return Reached(server, ServerApi(server.url, running.server_key(registry.folder)))


def _tell(done: Done) -> None:
    what = done.adapter or f"{done.base} without an adapter"
    before = done.before or "no adapter"
    how = f"and answers to the name {LIVE!r}" if done.served else "and will be served from the next start on"
    _say(f"{what} is live {how} (before: {before}).")


def _errors() -> Console:
    return Console(stderr=True, highlight=False)


def _say(sentence: str) -> None:
    _errors().print(plain(sentence), soft_wrap=True)
