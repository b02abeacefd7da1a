"""``acrisol doctor``: what is there, and the exact command that mends what is not."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.settings import AgentSettings
from agent.verifier_wiring import chosen_sandbox, docker_host, environments, solidity_toolchain
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import settings_from
from api.cli.rendering import plain
from models.select import open_model
from models.status import model_status
from verifiers.domain import Candidate, CodingTask, SourceFile, Status, Value
from verifiers.errors import AcrisolError, SandboxUnavailable, ToolError
from verifiers.execution.languages.language import LanguageSupport
from verifiers.execution.languages.table import SUPPORTS
from verifiers.sandbox.environments import SEMGREP, Environment, install_command
from verifiers.sandbox.probe import probe
from verifiers.sandbox.protocol import Job, Limits, Sandbox
from verifiers.scanners.programs import PROGRAMS, ScannerProgram
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.solidity.probe import probe as probe_solidity
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
            *_sandboxes(settings, toolchain),
            *_tools(settings, toolchain),
            _model(settings),
            _redis(WorkerSettings()),
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


def _sandboxes(settings: AgentSettings, toolchain: SolidityToolchain) -> list[Check]:
    return [
        Check(
            name=report.name,
            works=report.works,
            found=report.isolation if report.works else report.problem,
            needed_for="running code (one of the two sandboxes is enough)",
            mend=report.mend,
        )
        for report in probe(environments(settings, toolchain), docker_host=docker_host())
    ]


def _tools(settings: AgentSettings, toolchain: SolidityToolchain) -> list[Check]:
    """The scanners, each started in the sandbox that would be used."""
    table = environments(settings, toolchain)
    try:
        sandbox = chosen_sandbox(settings, table)
    except SandboxUnavailable as error:
        unknown = {"works": False, "found": "cannot be tried without a sandbox", "mend": error.hint}
        return [
            Check(name="semgrep", needed_for="every task", **unknown),
            Check(name="solc, mythril", needed_for="Solidity tasks", **unknown),
            *(Check(name=row.environment, needed_for=row.needed_for, **unknown) for row in PROGRAMS),
            *(Check(name=row.environment, needed_for=_tasks(row), **unknown) for row in SUPPORTS),
        ]
    try:
        solidity = probe_solidity(settings.tools.expanduser(), sandbox)
        return [
            _semgrep(sandbox) if SEMGREP in table else _no_semgrep("semgrep-core is not installed"),
            *(
                Check(
                    name=report.name,
                    works=report.works,
                    found=report.problem or report.version,
                    needed_for="Solidity tasks",
                    mend=report.mend,
                )
                for report in solidity
            ),
            *(_scanner(sandbox, table, row) for row in PROGRAMS),
            *(_language(sandbox, table, support) for support in SUPPORTS),
        ]
    finally:
        sandbox.close()


def _language(sandbox: Sandbox, table: Mapping[str, Environment], support: LanguageSupport) -> Check:
    """Ask a toolchain for its version, inside the sandbox that would use it."""
    name, needed_for = support.environment, _tasks(support)
    if name not in table:
        found, mend = "the toolchain is not installed", install_command(name)
        return Check(name=name, works=False, found=found, needed_for=needed_for, mend=mend)
    return _asked(sandbox, name, support.version_command, needed_for)


def _scanner(sandbox: Sandbox, table: Mapping[str, Environment], row: ScannerProgram) -> Check:
    if row.environment not in table:
        return Check(
            name=row.environment,
            works=False,
            found="it is not installed",
            needed_for=row.needed_for,
            mend=install_command(row.environment),
        )
    return _asked(sandbox, row.environment, row.version_command, row.needed_for)


def _asked(sandbox: Sandbox, name: str, argv: tuple[str, ...], needed_for: str) -> Check:
    """What a program says of its version, inside the sandbox that would use it."""
    mend = install_command(name)
    try:
        job = Job(environment=name, argv=argv, limits=Limits(wall_s=_ASK_S, memory_bytes=2 * 2**30))
        result = sandbox.run(job)
    except ToolError as error:
        return Check(
            name=name, works=False, found=error.message, needed_for=needed_for, mend=error.hint or mend
        )
    said = (result.stdout + result.stderr).decode("utf-8", "replace").strip().split("\n")[0][:120]
    works = result.exit_code == 0
    return Check(name=name, works=works, found=said, needed_for=needed_for, mend="" if works else mend)


def _tasks(support: LanguageSupport) -> str:
    return f"{' and '.join(language.value for language in support.languages)} tasks"


def _semgrep(sandbox: Sandbox) -> Check:
    """Scan one line: it takes every part of the scanner to do it."""
    task = CodingTask(instruction="Look whether the scanner works.")
    candidate = Candidate(files=(SourceFile(path="probe.py", content="x = 1\n"),))
    try:
        verdict = SemgrepVerifier(sandbox).verify(task, candidate, _ASK_S)
    except ToolError as error:
        return _no_semgrep(error.message)
    if verdict.status is not Status.PASSED:
        return _no_semgrep(verdict.summary)
    found = f"{verdict.tool}, {verdict.evidence.get('rules')} Python rules"
    return Check(name="semgrep", works=True, found=found, needed_for="every task")


def _no_semgrep(problem: str) -> Check:
    mend = "scripts/install"
    return Check(name="semgrep", works=False, found=problem, needed_for="every task", mend=mend)


def _model(settings: AgentSettings) -> Check:
    needed_for = "acrisol solve and serve"
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    try:
        model = open_model(settings.model, settings.model_name, key, settings.adapter)
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
