"""``acrisol policy``: check a policy file and say in words what it means; print the default."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import read_text
from api.cli.rendering import plain
from verifiers.domain import CodingTask, Language, Policy, Severity, SourceFile, TestSuite
from verifiers.errors import InvalidInput
from verifiers.policy_file import faults_of, read_policy, written
from verifiers.policy_values import Incomplete, Suppression
from verifiers.required import all_verifiers

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Check a policy file, or print the default policy."
)

_SOON_DAYS = 14
_TESTS = TestSuite(files=(SourceFile(path="tests.txt", content="x"),))


def policy_from(path: Path | None, *, allow_shared_judge: bool) -> Policy:
    """The policy in a file, the default one for None; with what the command line adds.

    Raises:
        InvalidInput: it is no policy, or names a verifier that there is not.
    """
    policy = Policy()
    if path is not None:
        policy = read_policy(read_text(path, "policy"), _name(path), judges())
    return policy.model_copy(update={"allow_shared_judge": True}) if allow_shared_judge else policy


def judges() -> dict[str, frozenset[Language]]:
    """All verifiers by name, with the languages that they judge."""
    found = {name: frozenset[Language]() for name in (verifier.name for verifier in all_verifiers())}
    every = Policy(require=tuple(found))  # some apply only where they are asked for
    for language in Language:
        for name in (*_applying(language, tested=True, policy=every), *_applying(language, tested=False)):
            found[name] |= {language}
    return found


@app.command("show")
def show() -> None:
    """Print the default policy as YAML, to start a file from."""
    typer.echo(written(Policy()), nl=False)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A policy as YAML; '-' reads it from stdin.")],
) -> None:
    """Check a policy and say what it means: exit 0 good, 1 a suppression has expired, 2 not a policy."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        text = read_text(file, "policy")
        known, name, today = judges(), _name(file), datetime.now(UTC).date()
        faults = faults_of(text, name, known)
        if faults:
            _print_faults(errors, faults)
            raise typer.Exit(ExitCode.BAD_INPUT)
        console = Console(highlight=False)
        explain(console, read_policy(text, name, known), today)
        expired = faults_of(text, name, known, today)
        _print_faults(errors, expired)
        raise typer.Exit(ExitCode.NOT_SOLVED if expired else ExitCode.SOLVED)


def explain(console: Console, policy: Policy, today: date) -> None:
    """Print what a policy means, language by language."""
    table = Table(title="What must be, by language", title_justify="left", border_style="dim")
    known = judges()
    for column in ("language", "must pass", "findings that block", "incomplete verdicts"):
        table.add_column(column, overflow="fold")
    for language in Language:
        rules = policy.for_language(language)
        table.add_row(
            Text(language.value, style="bold"),
            plain(_must_pass(language, rules)),
            Text(_blocks(rules)),
            plain(_incomplete(rules, [name for name in rules.waive if language in known.get(name, ())])),
        )
    console.print(table)
    judge = "are accepted" if policy.allow_shared_judge else "are incomplete"
    console.print(plain(f"Tests that can only share a process with the code {judge}."))
    if policy.suppressions:
        console.print(_suppressions(policy.suppressions, today))
    else:
        console.print(plain("No finding is suppressed."))
    console.print(plain(f"Digest {policy.digest} (receipts state it)", "dim"), soft_wrap=True)


def _name(file: Path) -> str:
    return "stdin" if str(file) == "-" else file.name


def _must_pass(language: Language, rules: Policy) -> str:
    """The verifiers, those in brackets that depend on whether tests are given."""
    tested, bare = _applying(language, tested=True), _applying(language, tested=False)
    names = []
    for name in dict.fromkeys((*tested, *bare, *rules.require)):
        if name in rules.require or (name in tested and name in bare):
            names.append(name)
        else:
            names.append(f"{name} ({'with' if name in tested else 'without'} tests)")
    return ", ".join(names) or "nothing judges it"


def _blocks(rules: Policy) -> str:
    return rules.block_severity.value + (" or worse" if rules.block_severity is not Severity.CRITICAL else "")


def _incomplete(rules: Policy, waived: Sequence[str]) -> str:
    review = rules.incomplete is Incomplete.REVIEW
    said = "a person is asked at once" if review else "not accepted"
    return f"{said}, but of {', '.join(waived)} accepted" if waived else said


def _suppressions(suppressions: Sequence[Suppression], today: date) -> Table:
    table = Table(title="Suppressed findings", title_justify="left", border_style="dim")
    for column in ("what", "where", "why", "until"):
        table.add_column(column, overflow="fold")
    for item in sorted(suppressions, key=lambda item: item.expires):
        what = item.rule or f"fingerprint {item.fingerprint}"
        table.add_row(plain(what), plain(item.path or "anywhere"), plain(item.reason), _until(item, today))
    return table


def _until(item: Suppression, today: date) -> Text:
    left = (item.expires - today).days
    if left < 0:
        return Text(f"{item.expires}\nexpired, does not count", style="bold red")
    days = "last day" if left == 0 else f"{left:,} day{'' if left == 1 else 's'} left"
    return Text(f"{item.expires}\n{days}", style="yellow" if left <= _SOON_DAYS else "")


def _print_faults(console: Console, faults: Sequence[InvalidInput]) -> None:
    for fault in faults:
        line = Text.assemble(("Error: ", "bold red"), plain(f"{fault.field}: {fault.message}"))
        console.print(line, soft_wrap=True)
        if fault.hint:
            console.print(plain(f"  Try: {fault.hint}"), soft_wrap=True)


def _applying(language: Language, *, tested: bool, policy: Policy | None = None) -> tuple[str, ...]:
    task = CodingTask(
        language=language, instruction="-", tests=_TESTS if tested else None, policy=policy or Policy()
    )
    return tuple(verifier.name for verifier in all_verifiers() if verifier.applies_to(task))
