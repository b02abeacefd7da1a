"""Where files are made before they are judged: nothing stays there, and a full disk is a sentence."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from models.training.export.run import _workplace
from verifiers.errors import InvalidInput, ToolFailed


def test_a_disk_that_is_full_is_a_sentence_and_nothing_stays(tmp_path: Path) -> None:
    def fill(place: Path) -> None:
        (place / "made.gguf").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ToolFailed, match="No space left"), _workplace(tmp_path / "made.gguf") as place:
        fill(place)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput) as caught, _workplace(tmp_path / "file" / "made.gguf"):
        pass
    assert caught.value.field == "output"
