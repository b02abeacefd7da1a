"""How commands end: one sentence for a person, and an exit code for a script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from verifiers.errors import AcrisolError, InvalidInput
from verifiers.validation import invalid_input
from worker.errors import Conflict, NotFound


class ExitCode(IntEnum):
    """What a script can tell from a command's end."""

    SOLVED = 0
    NOT_SOLVED = 1
    BAD_INPUT = 2
    TOOL_MISSING = 3
    INTERRUPTED = 130


@contextmanager
def reported_errors(console: Console) -> Iterator[None]:
    """Turn every error that a person can act on into a sentence, a next step and an exit code."""
    try:
        yield
    except ValidationError as error:
        _leave(console, invalid_input(error), ExitCode.BAD_INPUT)
    except (InvalidInput, NotFound, Conflict) as error:
        _leave(console, error, ExitCode.BAD_INPUT)
    except AcrisolError as error:
        _leave(console, error, ExitCode.TOOL_MISSING)
    except KeyboardInterrupt:
        console.print(Text("Interrupted.", style="yellow"))
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _leave(console: Console, error: AcrisolError, code: ExitCode) -> None:
    field = f"{error.field}: " if isinstance(error, InvalidInput) else ""
    console.print(Text.assemble(("Error: ", "bold red"), field + error.message), soft_wrap=True)
    if error.hint:
        console.print(Text.assemble(("  Try: ", "bold"), error.hint), soft_wrap=True)
    raise typer.Exit(code) from error
