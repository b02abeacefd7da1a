"""``acrisol solve``: a task in, verified code out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console, Group

from agent.wiring import build_agent
from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import named_language, read_instruction, read_tests, settings_from
from api.cli.policy import policy_from
from api.cli.progress import Progress
from api.cli.rendering import code, evidence, merged_findings, outcome_line, plain
from api.cli.reports import ReportFiles, check_writable, uris_of
from verifiers.domain import Budget, Candidate, CodingTask, Outcome, OutcomeStatus
from verifiers.policy import suppressed_findings
from verifiers.reports.reported import reported_attempt
from verifiers.required import required_by
from verifiers.validation import invalid_input

_DEFAULTS = Budget()
SCREENS = frozenset({"python-syntax", "solc"})


def solve(
    instruction: Annotated[str, typer.Argument(help="What the code should do; '-' reads it from stdin.")],
    language: Annotated[
        str, typer.Option(help="python, javascript, typescript, java, go, rust, c, cpp, bash or solidity.")
    ] = "python",
    tests: Annotated[Path | None, typer.Option(help="Test file or folder that the code must pass.")] = None,
    entry_point: Annotated[str | None, typer.Option(help="Function that check(candidate) receives.")] = None,
    model: Annotated[
        str | None, typer.Option(help="embedded, a URL, a GGUF file, a folder or a JSONL file.")
    ] = None,
    model_name: Annotated[str | None, typer.Option(help="The model's name at that URL.")] = None,
    adapter: Annotated[
        str | None, typer.Option(help="A LoRA adapter as GGUF for an embedded or GGUF model; none for none.")
    ] = None,
    attempts: Annotated[int, typer.Option(help="Rounds of generate and verify.")] = _DEFAULTS.attempts,
    samples: Annotated[int, typer.Option(help="Candidates a round.")] = _DEFAULTS.samples,
    tokens: Annotated[int, typer.Option(help="Tokens over all rounds.")] = _DEFAULTS.tokens,
    seconds: Annotated[float, typer.Option(help="Seconds over all rounds.")] = _DEFAULTS.seconds,
    sandbox: Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")] = None,
    policy: Annotated[
        Path | None, typer.Option(help="What is acceptable, as YAML; see acrisol policy show.")
    ] = None,
    allow_shared_judge: Annotated[
        bool, typer.Option(help="Accept tests that must share a process with the code.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome as JSON on stdout, progress on stderr.")
    ] = False,
    sarif: Annotated[Path | None, typer.Option(help="Write the findings here, as SARIF 2.1.0.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the test results here, as JUnit XML.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the accepted code here.")
    ] = None,
) -> None:
    """Solve a coding task: exit 0 solved, 1 not solved, 2 bad input, 3 a tool is missing."""
    progress = Console(stderr=as_json, highlight=False)
    with reported_errors(Console(stderr=True, highlight=False)):
        settings = settings_from(model=model, model_name=model_name, adapter=adapter, sandbox=sandbox)
        task = _task(
            language=language,
            instruction=read_instruction(instruction),
            tests=read_tests(tests, entry_point),
            policy=policy_from(policy, allow_shared_judge=allow_shared_judge),
            budget=_budget(attempts=attempts, samples=samples, tokens=tokens, seconds=seconds),
        )
        if output is not None:
            check_writable(output, "output")
        reports = ReportFiles(sarif=sarif, junit=junit)
        reports.check()
        with build_agent(settings) as agent:
            progress.print(
                plain(
                    f"model {agent.model.name} · {agent.model.endpoint} · sandbox {agent.sandbox.name}", "dim"
                )
            )
            outcome = agent.solve(task, on_event=Progress(progress, task.budget, SCREENS))
        if as_json:
            typer.echo(outcome.model_dump_json())
        else:
            _show(progress, task, outcome)
        if output is not None and outcome.solution is not None:
            _write(output, outcome.solution.candidate)
            progress.print(plain(f"Written to {output}", "dim"))
        shown = reported_attempt(outcome)
        verdicts = shown.verdicts if shown else ()
        uris = uris_of(tests, task.tests.files if task.tests else ())
        candidate = shown.candidate if shown else None
        for path in reports.write(task, candidate, verdicts, required_by(task), uris):
            progress.print(plain(f"Written to {path}", "dim"))
        solved = outcome.status is OutcomeStatus.SOLVED
        raise typer.Exit(ExitCode.SOLVED if solved else ExitCode.NOT_SOLVED)


def _task(**fields: Any) -> CodingTask:
    return CodingTask(**{**fields, "language": named_language(fields["language"])})


def _budget(**fields: Any) -> Budget:
    try:
        return Budget(**fields)
    except ValidationError as error:
        raise invalid_input(error) from error


def _write(output: Path, candidate: Candidate) -> None:
    """One file goes to ``output`` itself; several go into the folder ``output``."""
    if len(candidate.files) == 1 and not output.is_dir():
        output.write_text(candidate.files[0].content, encoding="utf-8")
        return
    for file in candidate.files:
        target = output / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")


def _show(console: Console, task: CodingTask, outcome: Outcome) -> None:
    console.rule(style="dim")
    console.print(outcome_line(outcome))
    shown = outcome.solution
    if shown is None:
        console.print(plain("No candidate was accepted, so no code is returned.", "dim"))
        return
    console.print(code(shown.candidate, task.language.value))
    console.print(evidence(shown.verdicts))
    policy = task.policy.for_language(task.language)
    console.print(Group(*merged_findings(shown.verdicts, suppressed_findings(policy, shown.verdicts))))
    if outcome.receipt is not None:
        console.print(plain(f"Receipt signed with key {outcome.receipt.key_id} (--json shows it).", "dim"))
