"""Rows as files, one JSON object a line, there whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path

from models.data.rows import PreferenceRow, TrainingRow
from verifiers.errors import ToolFailed

_FILES = {"sft": "sft.jsonl", "preference": "preferences.jsonl"}


def write_rows(rows: Iterable[TrainingRow | PreferenceRow], folder: Path) -> Counter[str]:
    """Write answers to ``sft.jsonl`` and pairs to ``preferences.jsonl``, in place of what was there.

    Returns:
        Rows by kind and method, such as ``preference repair``.

    Raises:
        ToolFailed: the disk is full, or the folder cannot be written.
    """
    counts: Counter[str] = Counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            files = {
                kind: stack.enter_context((folder / f"{name}.new").open("w", encoding="utf-8", newline="\n"))
                for kind, name in _FILES.items()
            }
            for row in rows:
                files[row.kind].write(row.model_dump_json() + "\n")
                counts[f"{row.kind} {row.origin.method}"] += 1
        for name in _FILES.values():
            os.replace(folder / f"{name}.new", folder / name)
    except OSError as error:
        raise ToolFailed(
            f"{folder} cannot be written ({error.strerror}).", "Make room there, or name another folder."
        ) from error
    finally:  # rows of people's own tasks: nobody would remove half a file later
        for name in _FILES.values():
            with suppress(OSError):
                (folder / f"{name}.new").unlink(missing_ok=True)
    return counts
