"""``acrisol verify``: judge code that a person wrote; no model is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, Group

from agent.verifier_wiring import open_verifiers
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import language_of, named_language, read_code, read_tests, settings_from
from api.cli.policy import policy_from
from api.cli.rendering import evidence, merged_findings, plain, verdict_line
from api.cli.reports import ReportFiles, uris_of
from verifiers.domain import Budget, Candidate, CodingTask, Verdict
from verifiers.pipeline import verify_candidate
from verifiers.policy import Decision, decide
from verifiers.required import required_by


def verify(
    file: Annotated[Path, typer.Argument(help="Source file or folder to judge.")],
    tests: Annotated[Path | None, typer.Option(help="Test file or folder that the code must pass.")] = None,
    language: Annotated[
        str | None, typer.Option(help="Where the file name does not tell: python, c, cpp, ...")
    ] = None,
    entry_point: Annotated[str | None, typer.Option(help="Function that check(candidate) receives.")] = None,
    seconds: Annotated[float, typer.Option(help="Seconds for all verifiers together.")] = 300.0,
    sandbox: Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="What is acceptable, as YAML; see acrisol policy show.")
    ] = None,
    sarif: Annotated[Path | None, typer.Option(help="Write the findings here, as SARIF 2.1.0.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the test results here, as JUnit XML.")] = None,
    allow_shared_judge: Annotated[
        bool, typer.Option(help="Accept tests that must share a process with the code.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print decision and verdicts as JSON on stdout.")
    ] = False,
) -> None:
    """Judge existing code: exit 0 accepted, 1 not accepted, 2 bad input, 3 a tool is missing."""
    console = Console(stderr=as_json, highlight=False)
    with reported_errors(Console(stderr=True, highlight=False)):
        reports = ReportFiles(sarif=sarif, junit=junit)
        reports.check()
        project = read_code(file, "file")
        sources = project.files
        task = CodingTask(
            language=named_language(language) if language else language_of(sources),
            instruction=f"Judge {file.name or file}.",
            tests=read_tests(tests, entry_point),
            policy=policy_from(policy, allow_shared_judge=allow_shared_judge),
            budget=Budget(seconds=seconds),
        )
        candidate = Candidate(files=sources)
        with open_verifiers(settings_from(sandbox=sandbox)) as verifiers:
            verdicts = verify_candidate(
                task,
                candidate,
                verifiers,
                on_verdict=lambda verdict: console.print(verdict_line(verdict)),
            )
            required = [verifier.name for verifier in verifiers if verifier.applies_to(task)]
        if project.verdict is not None:
            verdicts = (*verdicts, project.verdict)
            console.print(verdict_line(project.verdict))
        decision = decide(task.policy, required, verdicts, language=task.language)
        _report(console, decision, verdicts, as_json)
        uris = {**uris_of(tests, task.tests.files if task.tests else ()), **uris_of(file, sources)}
        for path in reports.write(task, candidate, verdicts, required_by(task), uris):
            console.print(plain(f"Written to {path}", "dim"), soft_wrap=True)
        raise typer.Exit(ExitCode.SOLVED if decision.accepted else ExitCode.NOT_SOLVED)


def _report(console: Console, decision: Decision, verdicts: tuple[Verdict, ...], as_json: bool) -> None:
    if as_json:
        answer = {
            "decision": decision.model_dump(mode="json", exclude={"blocking"}),
            "verdicts": [verdict.model_dump(mode="json") for verdict in verdicts],
        }
        typer.echo(json.dumps(answer))
        return
    console.print(Group(*merged_findings(verdicts, decision.suppressed)))
    console.print(evidence(verdicts))
    word, style = ("Accepted: ", "bold green") if decision.accepted else ("Not accepted: ", "bold red")
    if decision.review:
        word, style = "Not accepted, a person has to decide: ", "bold yellow"
    console.print(plain(word, style), plain(decision.reason), sep="", soft_wrap=True)
