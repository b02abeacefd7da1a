"""What of reinforcement needs no torch: whose a folder is, and figures that are no numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.training.errors import TrainingFailed
from models.training.expert.grpo import METRICS, RECIPE, GrpoRun, check_logs, ended, read_grpo_recipe
from models.training.expert.run import claim
from verifiers.errors import InvalidInput


def test_a_folder_keeps_to_its_recipe_but_for_more_steps(tmp_path: Path) -> None:
    recipe = read_grpo_recipe("smollm2-grpo")
    claim(tmp_path / RECIPE, recipe, "steps")
    claim(tmp_path / RECIPE, recipe.model_copy(update={"steps": recipe.steps + 1}), "steps")
    other = recipe.model_copy(update={"adapter": tmp_path / "another"})
    with pytest.raises(InvalidInput, match="another recipe"):
        claim(tmp_path / RECIPE, other, "steps")
    (tmp_path / RECIPE).write_text("{")
    with pytest.raises(InvalidInput, match=r"grpo\.json cannot be read"):
        claim(tmp_path / RECIPE, recipe, "steps")


def test_a_run_that_has_ended_is_known(tmp_path: Path) -> None:
    assert ended(tmp_path) is None
    run = GrpoRun(best=tmp_path / "best", steps=2, rewards=(0.1, 0.2), passed=((0, 2), (1, 2)))
    (tmp_path / METRICS).write_text(run.model_dump_json())
    assert ended(tmp_path) == run
    (tmp_path / METRICS).write_text('{"best": "x"')
    with pytest.raises(InvalidInput, match="cannot be read"):
        ended(tmp_path)


@pytest.mark.parametrize("name", ["reward", "loss", "grad_norm"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_figure_that_is_no_number_ends_the_run_at_its_step(name: str, value: float) -> None:
    figures = {"reward": 0.1, "loss": 0.0, "grad_norm": 1.0}
    check_logs(3, figures)
    with pytest.raises(TrainingFailed, match="At step 3"):
        check_logs(3, {**figures, name: value})
