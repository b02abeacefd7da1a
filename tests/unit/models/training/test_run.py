"""What a run does with what goes wrong under it."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.training import run
from models.training.errors import TrainingFailed
from models.training.recipe import Recipe


def test_a_disk_that_is_full_is_a_sentence_wherever_it_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    alone = SimpleNamespace(is_main_process=True, wait_for_everyone=lambda: None)
    monkeypatch.setattr(run, "require_libraries", lambda: None)
    monkeypatch.setattr(run, "_processes", lambda: alone)
    monkeypatch.setattr(run, "claim", lambda *_: None)
    monkeypatch.setattr(run, "_train", full)
    with pytest.raises(TrainingFailed, match="No space left") as caught:
        run.train(Recipe(model="x"), tmp_path)
    assert "same command" in caught.value.hint
