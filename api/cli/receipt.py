"""``acrisol receipt``: check a signed receipt, and that it vouches for given code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from api.cli.exits import ExitCode, reported_errors
from api.cli.inputs import read_sources, read_text
from api.cli.rendering import plain
from verifiers.domain import Candidate, Receipt
from verifiers.errors import InvalidInput
from verifiers.receipt import accepts, verify_receipt
from verifiers.validation import invalid_input


def check_receipt(
    receipt: Annotated[Path, typer.Argument(help="A receipt, or an outcome that holds one, as JSON.")],
    file: Annotated[Path | None, typer.Option("--code", help="The code that it should vouch for.")] = None,
    key_id: Annotated[list[str] | None, typer.Option(help="A trusted key id; may be given again.")] = None,
) -> None:
    """Check a receipt: exit 0 genuine and accepted, 1 genuine and not accepted, 2 not genuine."""
    with reported_errors(Console(stderr=True, highlight=False)):
        candidate = None if file is None else Candidate(files=read_sources(file, "code"))
        trusted = frozenset(key_id) if key_id else None
        statement = verify_receipt(_read(receipt), candidate, trusted)
        console = Console(highlight=False)
        console.print(plain("Genuine: the signature matches the statement.", "bold green"))
        if candidate is not None:
            console.print(plain("It is about exactly this code."))
        good = accepts(statement)
        said = statement.get("verdict") or statement.get("status")
        style = "bold green" if good else "bold red"
        console.print(plain(f"The code was {'accepted' if good else 'not accepted'} ({said}).", style))
        if trusted is None:
            console.print(plain("Give --key-id to check whose key it is.", "yellow"))
        typer.echo(json.dumps(statement, indent=2))
        raise typer.Exit(ExitCode.SOLVED if good else ExitCode.NOT_SOLVED)


def _read(path: Path) -> Receipt:
    try:
        value = json.loads(read_text(path, "receipt"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("receipt", f"{path} is not JSON.") from error
    if isinstance(value, dict) and isinstance(value.get("receipt"), dict):
        value = value["receipt"]
    try:
        return Receipt.model_validate(value)
    except ValidationError as error:
        raise invalid_input(error, "receipt") from error
