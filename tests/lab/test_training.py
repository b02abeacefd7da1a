"""Runs of training over tiny random weights, from a recipe to a folder."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from torch import set_num_threads

from models.training.recipe import Recipe
from models.training.run import Progress, train
from models.training.run_folder import last_checkpoint
from tests.lab.tiny import tiny_llama
from tests.lab.training import losses, preference_row, recipe, sft_row, validations, written_rows

ROWS = 30


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    set_num_threads(1)
    return tiny_llama(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_rows(
        tmp_path_factory.mktemp("rows") / "rows.jsonl", [sft_row(number) for number in range(ROWS)]
    )


def killed(program: Callable[[], object]) -> None:
    """Run something in a child that is to kill itself."""
    child = os.fork()
    if child == 0:
        try:
            program()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child ended by itself, with {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL


def kill_myself(*_: object) -> float:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0.0


def test_a_run_learns_and_leaves_all_that_is_needed_to_judge_it(
    model: Path, rows: Path, tmp_path: Path
) -> None:
    from peft import AutoPeftModelForCausalLM

    seen: list[Progress] = []
    run = train(recipe(model, rows), tmp_path, on_progress=seen.append)
    curve = losses(tmp_path)
    assert [step for step, _ in curve] == list(range(1, run.steps + 1))
    assert curve[-1][1] < curve[0][1]
    assert run.perplexity is not None
    assert run.ended == "finished"
    for name in ("recipe.yaml", "environment.json", "data.json", "metrics.jsonl", "README.md", "curves.png"):
        assert (tmp_path / name).stat().st_size > 0
    page = (tmp_path / "curves.html").read_text()
    assert 'src="data:image/png;base64,' in page
    assert "http" not in page
    assert list((tmp_path / "tensorboard").iterdir())
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert environment["packages"]["torch"]
    card = (run.best / "README.md").read_text()
    assert run.data_digest in card
    assert f"{run.perplexity:.4f}" in card
    assert not list(run.best.glob("*.bin")), "a pickle in what is handed on"
    assert AutoPeftModelForCausalLM.from_pretrained(run.best).peft_config["default"].r == 4
    steps = [event for event in seen if event.loss is not None]
    assert all(event.tokens_per_second and event.eta_s is not None for event in steps)
    assert train(recipe(model, rows), tmp_path) == run, "a run that has ended is not run again"


def test_a_killed_run_goes_on_along_the_same_curve(model: Path, rows: Path, tmp_path: Path) -> None:
    wanted = recipe(model, rows, data={"group_by_length": True})
    whole = train(wanted, tmp_path / "whole", score=lambda folder: 0.5)
    parts = tmp_path / "parts"

    def stop_at_2(progress: Progress) -> None:
        if progress.step == 2:
            kill_myself()

    def stop_at_5(progress: Progress) -> None:
        if progress.step == 5:
            kill_myself()

    killed(lambda: train(wanted, parts, on_progress=stop_at_2))  # before there is any checkpoint
    killed(lambda: train(wanted, parts, score=lambda folder: 0.5, on_progress=stop_at_5))
    assert [step for step, _ in losses(parts)] == [1, 2, 3, 4, 5]
    before = last_checkpoint(parts)
    assert before is not None
    assert before.name == "checkpoint-3"
    killed(lambda: train(wanted, parts, score=kill_myself))  # in the midst of step 6's validation
    (parts / "checkpoints" / "checkpoint-99").mkdir()  # as if a kill had left a part of one
    run = train(wanted, parts, score=lambda folder: 0.5)
    assert losses(parts) == losses(tmp_path / "whole")
    assert validations(parts) == validations(tmp_path / "whole")
    assert (run.steps, run.tokens, run.best_step) == (whole.steps, whole.tokens, whole.best_step)
    weights = "best/adapter_model.safetensors"
    assert (parts / weights).read_bytes() == (tmp_path / "whole" / weights).read_bytes()


def test_the_score_decides_which_model_is_kept(model: Path, rows: Path, tmp_path: Path) -> None:
    given = iter([0.2, 0.6, 0.4, 0.4])
    asked = []

    def score(folder: Path) -> float:
        asked.append(sorted(path.name for path in folder.glob("adapter*")))
        return next(given)

    run = train(recipe(model, rows), tmp_path, score=score)
    assert asked == [["adapter_config.json", "adapter_model.safetensors"]] * 4
    assert (run.best_step, run.score) == (6, 0.6)


def test_refinement_ends_when_validation_gets_no_better(model: Path, rows: Path, tmp_path: Path) -> None:
    wanted = recipe(
        model,
        rows,
        optimization={"learning_rate": 1e-30, "refine_epochs": 9, "batch": 32, "micro_batch": 8},
        checks={"every": 1, "patience": 2},
    )
    run = train(wanted, tmp_path)
    # The first epoch is step 1; its validation is the lowest, and two more that are not lower end the run.
    assert (run.steps, run.ended, run.best_step) == (3, "early stop", 1)


def test_a_run_that_ends_before_its_first_score_is_scored_then(
    model: Path, rows: Path, tmp_path: Path
) -> None:
    wanted = recipe(
        model,
        rows,
        optimization={"learning_rate": 1e-30, "refine_epochs": 9, "batch": 32, "micro_batch": 8},
        checks={"every": 1, "patience": 2, "score_every": 9},
    )
    run = train(wanted, tmp_path, score=lambda folder: 0.5)
    assert (run.ended, run.best_step, run.score) == ("early stop", 3, 0.5)
    assert (run.best / "adapter_model.safetensors").is_file()


def test_preferences_are_learnt_by_dpo(model: Path, tmp_path: Path) -> None:
    pairs = written_rows(tmp_path / "pairs.jsonl", [preference_row(number) for number in range(ROWS)])
    run = train(recipe(model, pairs, method="dpo", optimization={"refine_epochs": 1}), tmp_path / "run")
    curve = losses(tmp_path / "run")
    assert curve[0][1] == pytest.approx(0.6931, abs=0.05)  # log 2: the model does not differ from itself yet
    assert curve[-1][1] < 0.6
    assert run.perplexity is None


def test_every_fold_is_held_out_once(model: Path, rows: Path, tmp_path: Path) -> None:
    wanted = recipe(
        model, rows, data={"folds": 2}, optimization={"refine_epochs": 0, "batch": 16}, checks={"every": 9}
    )
    run = train(wanted, tmp_path)
    digests = {json.loads((tmp_path / f"fold-{fold}" / "data.json").read_text())["sha256"] for fold in (0, 1)}
    assert len(digests) == 2
    assert run.perplexity == min(run.fold_perplexities)
    assert len(run.fold_perplexities) == 2


def test_full_fine_tuning_leaves_a_whole_model(model: Path, rows: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    wanted = recipe(model, rows, tuning="full", optimization={"max_steps": 2, "gradient_checkpointing": True})
    run = train(wanted, tmp_path)
    assert run.steps == 2
    kept = AutoModelForCausalLM.from_pretrained(run.best).state_dict()
    base = AutoModelForCausalLM.from_pretrained(model).state_dict()
    assert any(not kept[name].equal(base[name]) for name in base)


def test_an_adapter_is_trained_on(model: Path, rows: Path, tmp_path: Path) -> None:
    first = train(recipe(model, rows), tmp_path / "first")
    further: Recipe = recipe(model, rows, adapter=first.best, optimization={"max_steps": 1})
    train(further, tmp_path / "second")
    assert losses(tmp_path / "second")[0][1] < losses(tmp_path / "first")[0][1]
