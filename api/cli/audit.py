"""``acrisol audit``: Solidity that is there already, judged within a deadline, with a report to sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from agent.auditor import build_auditor
from agent.settings import AgentSettings
from api.cli.audit_view import audit_view
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import read_sources, settings_from
from api.cli.policy import policy_from
from api.cli.rendering import plain, verdict_line
from api.cli.reports import ReportFiles, check_writable, uris_of
from verifiers.audit_values import DEADLINE_S, Audit, AuditRequest
from verifiers.domain import Status, TestSuite
from verifiers.errors import InvalidInput
from verifiers.reports.audit.html import audit_html
from verifiers.reports.audit.pdf import audit_pdf, require_pdf
from verifiers.solidity.compiling.loading import Loaded, load_project
from verifiers.validation import invalid_input

_EXITS = {Status.PASSED: ExitCode.SOLVED, Status.ERROR: ExitCode.TOOL_MISSING}


def audit(
    project: Annotated[Path, typer.Argument(help="A contract, a folder, or a Foundry or Hardhat project.")],
    deadline: Annotated[float, typer.Option(help="Seconds; the audit ends at most 2 s later.")] = DEADLINE_S,
    thorough: Annotated[
        bool, typer.Option(help="Explore for the whole time what is blocked already, too.")
    ] = False,
    tests: Annotated[
        Path | None, typer.Option(help="forge tests (file or folder) beside those of the project.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="What blocks, as YAML; see acrisol policy show.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report here, as one HTML file.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the report here, as PDF.")] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write the findings here, as SARIF 2.1.0.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the test results here, as JUnit XML.")] = None,
    sandbox: Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the audit as JSON on stdout.")] = False,
) -> None:
    """Audit Solidity code: exit 0 passed, 1 not, 2 bad input, 3 a tool is missing or broke."""
    progress = Console(stderr=True, highlight=False)
    with reported_errors(progress):
        reports = ReportFiles(sarif=sarif, junit=junit)
        _check(reports, html, pdf)
        loaded = load_project(project)
        request = _request(project, loaded, tests, policy, deadline, thorough=thorough)
        for note in loaded.notes:
            progress.print(plain(f"note: {note}", "yellow"), soft_wrap=True)
        settings = settings_from(sandbox=sandbox)
        made = _audited(settings, request, progress)
        if as_json:
            typer.echo(made.model_dump_json())
        else:
            Console(highlight=False).print(audit_view(made))
        for path in _write(reports, html, pdf, request, made, project):
            progress.print(plain(f"Written to {path}", "dim"), soft_wrap=True)
        raise typer.Exit(_EXITS.get(made.verdict, ExitCode.NOT_SOLVED))


def _check(reports: ReportFiles, html: Path | None, pdf: Path | None) -> None:
    """Say before the work starts, not after it, that its result cannot be kept.

    Raises:
        InvalidInput: a path cannot be written to.
        ToolMissing: a PDF is wanted, and what makes it is not installed.
    """
    reports.check()
    for field, path in (("html", html), ("pdf", pdf)):
        if path is not None:
            check_writable(path, field)
            if path.is_dir():
                raise InvalidInput(field, f"{path} is a folder.", "Name a file.")
    if pdf is not None:
        require_pdf()


def _request(
    project: Path, loaded: Loaded, tests: Path | None, policy: Path | None, deadline: float, *, thorough: bool
) -> AuditRequest:
    suite = (*loaded.tests, *(read_sources(tests, "tests") if tests else ()))
    try:
        return AuditRequest(
            files=loaded.files,
            libraries=loaded.context,
            tests=TestSuite(files=suite) if suite else None,
            policy=policy_from(policy, allow_shared_judge=False),
            deadline_s=deadline,
            thorough=thorough,
            name=project.resolve().name[:200],
            notes=tuple(note[:500] for note in loaded.notes[:100]),
        )
    except ValidationError as error:
        raise invalid_input(error, "project") from error


def _audited(settings: AgentSettings, request: AuditRequest, progress: Console) -> Audit:
    with build_auditor(settings) as auditor:
        return auditor.audit(request, on_verdict=lambda verdict: progress.print(verdict_line(verdict)))


def _write(
    reports: ReportFiles,
    html: Path | None,
    pdf: Path | None,
    request: AuditRequest,
    made: Audit,
    project: Path,
) -> list[Path]:
    required = tuple(check.verifier for check in made.checks)
    uris = uris_of(project, request.files)
    written = list(reports.write(request.task, request.candidate, made.verdicts, required, uris))
    makers: tuple[tuple[str, Path | None, Callable[[], bytes]], ...] = (
        ("html", html, lambda: audit_html(made).encode()),
        ("pdf", pdf, lambda: audit_pdf(made)),
    )
    for field, path, make in makers:
        if path is None:
            continue
        try:
            path.write_bytes(make())
        except OSError as error:
            raise InvalidInput(
                field, f"{path} cannot be written ({error.strerror}).", "Name another file."
            ) from error
        written.append(path)
    return written
