"""How a benchmark prints: a Markdown table with versions and machine, one headline, an exit code."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import date

from verifiers.version import acrisol_version


def machine() -> str:
    """What the figures were measured on."""
    return (
        f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, "
        f"Acrisol {acrisol_version()}, {date.today().isoformat()}"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def progress(text: str) -> None:
    """Overwrite the progress line on a terminal; silent elsewhere."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def finish(headline: str, reached: bool) -> int:
    """Print the headline against its goal; the exit code is 1 when short of it."""
    progress("")
    print(f"\n{'REACHED' if reached else 'SHORT'}: {headline}")
    return 0 if reached else 1
