"""``acrisol doctor``: what is there, and the exact command that mends what is not."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.settings import AgentSettings
from agent.wiring import docker_host, environments, solidity_toolchain
from api.cli.exits import ExitCode, reported_errors
from api.cli.rendering import plain
from api.cli.solve import settings_from
from models.select import open_model
from models.status import model_status
from verifiers.domain import Value
from verifiers.errors import AcrisolError
from verifiers.sandbox.environments import SEMGREP
from verifiers.sandbox.probe import probe
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.version import acrisol_version
from worker.broker import CeleryBroker
from worker.errors import BrokerUnavailable
from worker.settings import WorkerSettings

_ASK_S = 10.0


class Check(Value):
    """One thing that was looked at.

    Attributes:
        name: What it is.
        works: Whether it does.
        found: Version and place, or what is wrong.
        needed_for: What does not work without it.
        mend: The command that mends it; empty if it works.
    """

    name: str
    works: bool
    found: str
    needed_for: str
    mend: str = ""


def doctor(
    model: Annotated[str | None, typer.Option(help="As for acrisol solve.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
) -> None:
    """Look at every tool: exit 0 if Python tasks can be solved, 3 if not."""
    with reported_errors(Console(stderr=True, highlight=False)):
        settings = settings_from(model=model)
        toolchain = solidity_toolchain(settings)
        checks = [
            *_sandboxes(toolchain),
            _semgrep(toolchain),
            _model(settings),
            _redis(WorkerSettings()),
            *_solidity(toolchain),
        ]
        if as_json:
            typer.echo("[" + ",".join(check.model_dump_json() for check in checks) + "]")
        else:
            _show(Console(highlight=False), checks)
        sandboxed = any(check.works for check in checks if check.name in ("docker", "bubblewrap"))
        ready = sandboxed and all(check.works for check in checks if check.name in ("semgrep", "model"))
        raise typer.Exit(ExitCode.SOLVED if ready else ExitCode.TOOL_MISSING)


def _show(console: Console, checks: list[Check]) -> None:
    console.print(plain(f"acrisol {acrisol_version()}", "bold"))
    table = Table(border_style="dim")
    for column in ("", "tool", "what was found", "needed for"):
        table.add_column(column, overflow="fold")
    for check in checks:
        mark = Text("✓", "bold green") if check.works else Text("✗", "bold red")
        table.add_row(mark, check.name, plain(check.found), plain(check.needed_for))
    console.print(table)
    for check in checks:
        if check.mend:
            console.print(plain(f"{check.name}: ", "bold"), plain(check.mend), sep="", soft_wrap=True)


def _sandboxes(toolchain: SolidityToolchain) -> list[Check]:
    return [
        Check(
            name=report.name,
            works=report.works,
            found=report.isolation if report.works else report.problem,
            needed_for="running code (one of the two sandboxes is enough)",
            mend=report.mend,
        )
        for report in probe(environments(toolchain), docker_host=docker_host())
    ]


def _semgrep(toolchain: SolidityToolchain) -> Check:
    present = SEMGREP in environments(toolchain)
    return Check(
        name="semgrep",
        works=present,
        found=importlib.metadata.version("semgrep") if present else "semgrep-core is missing",
        needed_for="every task",
        mend="" if present else "pip install semgrep==1.182.0",
    )


def _model(settings: AgentSettings) -> Check:
    needed_for = "acrisol solve and serve"
    key = settings.api_key.get_secret_value() if settings.api_key else None
    try:
        model = open_model(settings.model, settings.model_name, key)
        try:
            found = model_status(model, _ASK_S)
        finally:
            model.close()
    except AcrisolError as error:
        return Check(name="model", works=False, found=error.message, needed_for=needed_for, mend=error.hint)
    return Check(name="model", works=True, found=found, needed_for=needed_for)


def _redis(settings: WorkerSettings) -> Check:
    if settings.redis_url:
        return _named_redis(settings.redis_url)
    program = shutil.which("redis-server")
    if program is None:
        return Check(
            name="redis",
            works=False,
            found="redis-server is not installed and REDIS_URL is not set",
            needed_for="acrisol serve",
            mend="apt-get install redis-server, or set REDIS_URL",
        )
    version = subprocess.run(
        [program, "--version"], capture_output=True, text=True, timeout=_ASK_S, check=False
    )
    return Check(
        name="redis", works=True, found=version.stdout.strip() or program, needed_for="acrisol serve"
    )


def _named_redis(url: str) -> Check:
    scheme, _, rest = url.partition("://")
    place = f"{scheme}://{rest.rpartition('@')[2]}"  # without a password
    broker = CeleryBroker(url)
    try:
        broker.depth()
    except BrokerUnavailable as error:
        return Check(
            name="redis",
            works=False,
            found=f"{place}: {error.message}",
            needed_for="acrisol serve",
            mend="start that Redis, or unset REDIS_URL to use a private one",
        )
    finally:
        broker.close()
    return Check(name="redis", works=True, found=f"answers at {place}", needed_for="acrisol serve")


def _solidity(toolchain: SolidityToolchain) -> list[Check]:
    install = "scripts/install-solidity"
    versions = toolchain.versions
    return [
        Check(
            name="solc",
            works=bool(versions),
            found=", ".join(versions) or "no compiler is installed",
            needed_for="Solidity tasks",
            mend="" if versions else install,
        ),
        Check(
            name="mythril",
            works=toolchain.mythril is not None,
            found=f"{toolchain.mythril_version} (z3 {toolchain.z3_version})"
            if toolchain.mythril
            else "Mythril is not installed",
            needed_for="Solidity tasks",
            mend="" if toolchain.mythril else install,
        ),
    ]


def _redis_version(said: str) -> str:
    words = dict(word.split("=", 1) for word in said.split() if "=" in word)
    return f"redis-server {words.get('v', '')}".strip()
