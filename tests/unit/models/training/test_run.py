"""What a run does with what goes wrong under it."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from models.training import run
from models.training.errors import TrainingFailed
from models.training.progress import TrainedRun
from models.training.recipe import Recipe


@pytest.mark.parametrize("main", [True, False])
def test_of_several_processes_one_writes_what_the_folds_came_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: bool
) -> None:
    monkeypatch.setattr(run, "_processes", lambda: SimpleNamespace(is_main_process=main))
    folds = [
        TrainedRun(
            folder=tmp_path / f"fold-{fold}", best=tmp_path / f"fold-{fold}" / "best", best_step=1, steps=1,
            loss=0.5, perplexity=perplexity, rows=1, tokens=1, seconds=2, ended="finished", data_digest="",
        )
        for fold, perplexity in enumerate((3.0, 2.0))
    ]  # fmt: skip
    found = run._best_of(folds, tmp_path)
    assert (found.best, found.fold_perplexities, found.seconds) == (folds[1].best, (3.0, 2.0), 4)
    assert (tmp_path / "result.json").exists() is main


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


@pytest.mark.parametrize(
    ("max_steps", "steps", "noted"),
    [(None, 3, True), (None, 1, True), (None, 10, False), (3, 3, False), (3, 2, False), (50, 3, True)],
)
def test_few_steps_are_put_down_to_the_rows_only_where_the_rows_are_few(
    max_steps: int | None, steps: int, noted: bool
) -> None:
    material: Any = SimpleNamespace(
        counts={"train rows": 64}, train=SimpleNamespace(lengths=[1] * 64), validation=None
    )
    plan: Any = SimpleNamespace(steps=steps, per_epoch=1)
    said = run._notes(
        Recipe.model_validate({"model": "x", "optimization": {"max_steps": max_steps}}), material, plan
    )
    assert any("smaller optimization.batch" in note for note in said) is noted
    assert not any("Only 1 steps" in note for note in said)
