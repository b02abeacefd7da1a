"""A run's folder: what was cut short in it is named or taken away, never taken for whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.progress import TrainedRun
from models.training.run_folder import RESULT, last_checkpoint, locked, result_in, write
from models.training.watch import STATE
from verifiers.errors import InvalidInput, ToolFailed


def trained(folder: Path) -> TrainedRun:
    return TrainedRun(
        folder=folder, best=folder / "best", best_step=1, steps=1, loss=0.5, rows=1, tokens=1, seconds=1,
        ended="finished", data_digest="",
    )  # fmt: skip


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert result_in(tmp_path) is None
    write(tmp_path / RESULT, trained(tmp_path).model_dump_json())
    assert result_in(tmp_path) == trained(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [RESULT]


@pytest.mark.parametrize("text", ["", '{"folder": "x", "be', "[]"])
def test_a_damaged_result_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / RESULT).write_text(text)
    with pytest.raises(InvalidInput, match=r"result\.json cannot be read") as caught:
        result_in(tmp_path)
    assert "Remove it" in caught.value.hint


def test_a_file_that_cannot_be_written_is_a_sentence_and_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where a folder should be")
    with pytest.raises(ToolFailed, match="cannot be written"):
        write(tmp_path / "place" / RESULT, "{}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(InvalidInput) as caught, locked(folder):
            pass
        assert caught.value.field == "folder"
        assert "cannot be written" in caught.value.message


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(InvalidInput, match="another process"), locked(tmp_path):
        pass


def test_the_latest_whole_checkpoint_is_gone_on_with(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path) is None
    for step, whole in ((9, True), (10, True), (11, False)):
        place = tmp_path / "checkpoints" / f"checkpoint-{step}"
        place.mkdir(parents=True)
        if whole:
            (place / STATE).write_text("{}")
    found = last_checkpoint(tmp_path)
    assert found is not None
    assert found.name == "checkpoint-10"
    assert not (tmp_path / "checkpoints" / "checkpoint-11").exists()
    assert last_checkpoint(tmp_path, "other.json") is None
