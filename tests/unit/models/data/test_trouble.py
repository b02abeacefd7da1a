"""What the engine's process says when it ends badly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.data.engine.trouble import of_the_system, tell, told
from verifiers.errors import AcrisolError, InvalidInput, ToolFailed


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("sources.a.path", "is not there.", "Correct it."),
        ToolFailed("It broke.", "Try again."),
        ToolFailed("x" * 100_000, "y" * 100_000),
        ToolFailed("\U0001f4be" * 100_000, "\ud800" * 100_000),
    ],
)
def test_an_error_comes_through_as_it_was(error: AcrisolError, tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    tell(theirs, error)
    heard = told(ours, 1, tmp_path / "log")
    assert type(heard) is type(error)
    assert error.message.startswith(heard.message)
    assert getattr(heard, "field", "") == getattr(error, "field", "")


def test_silence_is_not_success(tmp_path: Path) -> None:
    ours, _ = os.pipe()
    heard = told(ours, -9, tmp_path / "log")
    assert "ended with -9" in heard.message
    assert str(tmp_path / "log") in heard.hint


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    error = of_the_system(OSError(28, "No space left on device", "/data/x"), tmp_path)
    assert "/data/x could not be written or read: No space left on device." in str(error)
    assert "goes on where it stopped" in str(error)


def test_another_error_of_the_system_is_not_called_a_full_disk(tmp_path: Path) -> None:
    error = of_the_system(OSError(111, "Connection refused"), tmp_path)
    assert "Connection refused" in str(error)
    assert "room" not in str(error)
