"""``acrisol receipt``: check a signed receipt, and that it vouches for given code."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection
from pathlib import Path, PurePosixPath
from typing import Annotated, BinaryIO

import typer
from pydantic import ValidationError
from rich.console import Console

from api.cli.exits import ExitCode, reported_errors
from api.cli.folder import entries
from api.cli.inputs import read_text
from api.cli.rendering import plain
from verifiers.domain import Receipt
from verifiers.errors import InvalidInput
from verifiers.receipt import accepts, check_code, verify_receipt
from verifiers.validation import invalid_input

_BOM = b"\xef\xbb\xbf"
_CHUNK_BYTES = 2**20


def check_receipt(
    receipt: Annotated[Path, typer.Argument(help="A receipt, or an outcome that holds one, as JSON.")],
    file: Annotated[
        Path | None,
        typer.Option("--code", help="The code that it should vouch for: a file, or a folder, whole."),
    ] = None,
    key_id: Annotated[list[str] | None, typer.Option(help="A trusted key id; may be given again.")] = None,
) -> None:
    """Check a receipt: exit 0 genuine and accepted, 1 genuine and not accepted, 2 not genuine."""
    with reported_errors(Console(stderr=True, highlight=False)):
        trusted = frozenset(key_id) if key_id else None
        statement = verify_receipt(_read(receipt), trusted_key_ids=trusted)
        if file is not None and file.is_dir():
            check_code(statement, _digests_in(file), folder=PurePosixPath(file.resolve().as_posix()))
        elif file is not None:
            check_code(statement, {file.name: _digests_of(file)}, any_name=True)
        console = Console(highlight=False)
        console.print(plain("Genuine: the signature matches the statement.", "bold green"))
        if file is not None:
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


def _digests_in(folder: Path) -> dict[str, Collection[str]]:
    """Of all that lies in a folder; what is no file has none, so that no receipt vouches for it."""
    return {item.name: _digests_of(item.path) if item.is_file else () for item in entries(folder, "code")}


def _digests_of(path: Path) -> tuple[str, ...]:
    """SHA-256 of a file, and of what is behind its byte order mark, which no compiler reads."""
    try:
        if str(path) == "-":
            return _hashed(sys.stdin.buffer)
        with path.open("rb") as file:
            return _hashed(file)
    except OSError as error:
        raise InvalidInput("code", f"{path} cannot be read ({error.strerror}).", "Check the path.") from error


def _hashed(file: BinaryIO) -> tuple[str, ...]:
    begin = file.read(len(_BOM))
    whole, behind = hashlib.sha256(begin), hashlib.sha256(begin.removeprefix(_BOM))
    while chunk := file.read(_CHUNK_BYTES):
        whole.update(chunk)
        behind.update(chunk)
    return whole.hexdigest(), behind.hexdigest()
