"""Rows are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.chat import Message
from models.data.row_files import write_rows
from models.data.rows import Origin, TrainingRow


def rows(number: int, *, breaks: bool = False) -> Iterator[TrainingRow]:
    for place in range(number):
        yield TrainingRow(
            prompt=(Message(role="user", content=f"Say {place}."),),
            completion=(Message(role="assistant", content=str(place)),),
            origin=Origin(source="s", method="task"),
        )
    if breaks:
        raise KeyError


def test_rows_that_break_off_leave_what_was_there_and_nothing_of_themselves(tmp_path: Path) -> None:
    assert write_rows(rows(2), tmp_path) == {"sft task": 2}
    with pytest.raises(KeyError):
        write_rows(rows(1, breaks=True), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["preferences.jsonl", "sft.jsonl"]
    assert len((tmp_path / "sft.jsonl").read_text().splitlines()) == 2
