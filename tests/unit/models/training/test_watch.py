"""How a run is followed: its rate, its best model, its end, and what a resumed one knows."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from models.training.progress import Progress
from models.training.recipe import Recipe
from models.training.schedule import rate_factor
from models.training.watch import Watch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def watch_in(folder: Path, seen: list[Progress], clock: Clock, **parts: Any) -> Watch:
    recipe = Recipe.model_validate({"model": "x", "checks": {"patience": 2}, **parts})
    return Watch(recipe, folder, steps=10, on_progress=seen.append, clock=clock)


def test_the_rate_rises_falls_to_the_refinements_and_to_nothing() -> None:
    rates = [rate_factor(step, 100, 0.1, 0.5, 0.2) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0
    assert rates[50] == pytest.approx(0.2)
    assert rates[100] == pytest.approx(0.0)
    assert all(later <= earlier for earlier, later in pairwise(rates[10:]))
    alone = [rate_factor(step, 100, 0.1, 1.0, 0.2) for step in range(101)]
    assert alone[55] == pytest.approx(0.5)
    assert alone[100] == pytest.approx(0.0)
    assert rate_factor(0, 1, 0.0, 1.0, 0.2) == 1.0


def test_steps_are_told_with_speed_and_what_is_left(tmp_path: Path) -> None:
    seen: list[Progress] = []
    clock = Clock()
    watch = watch_in(tmp_path, seen, clock)
    for step in (1, 2):
        watch.fed(100)
        clock.now += 4
        watch.stepped(step, step / 5, 1.5, 1e-4)
    assert seen[-1].tokens_per_second == pytest.approx(25)
    assert seen[-1].eta_s == pytest.approx(32)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["tokens"] for line in lines] == [100, 200]


def test_only_the_refinement_is_ended_early(tmp_path: Path) -> None:
    watch = watch_in(tmp_path, [], Clock())
    assert not watch.validated(1, 0.5, 2.0, None)
    assert not any(watch.validated(step, 0.9, 2.5, None) for step in (2, 3, 4)), "still converging"
    assert not watch.validated(5, 1.5, 2.5, None)
    assert watch.validated(6, 1.6, 2.5, None)


def test_a_lower_perplexity_begins_the_wait_again(tmp_path: Path) -> None:
    watch = watch_in(tmp_path, [], Clock())
    ends = [watch.validated(step, 1.5, loss, None) for step, loss in enumerate((2.0, 2.1, 1.9, 2.0, 2.0))]
    assert ends == [False, False, False, False, True]


def test_a_score_counts_before_perplexity_which_breaks_ties(tmp_path: Path) -> None:
    watch = watch_in(tmp_path, [], Clock())
    assert watch.is_better(2.0, 0.4)
    watch.kept(1, 2.0, 0.4)
    assert not watch.is_better(1.0, 0.3)
    assert not watch.is_better(2.1, 0.4)
    assert watch.is_better(1.9, 0.4)
    assert watch.is_better(5.0, 0.5)


def test_without_any_measure_the_last_model_is_kept(tmp_path: Path) -> None:
    watch = watch_in(tmp_path, [], Clock())
    watch.kept(1, None, None)
    assert watch.is_better(None, None)


def test_scores_come_at_every_so_many_validations_and_at_the_end(tmp_path: Path) -> None:
    watch = watch_in(tmp_path, [], Clock(), checks={"score_every": 2})
    asked = []
    for step in range(1, 4):
        asked.append(watch.scores_now(last=False))
        watch.validated(step, 0.5, 2.0, None)
    assert asked == [False, True, False]
    assert watch.scores_now(last=True)


def test_a_resumed_run_knows_what_it_knew_and_its_curve_is_cut(tmp_path: Path) -> None:
    clock = Clock()
    watch = watch_in(tmp_path, [], clock)
    clock.now = 50
    watch.fed(10)
    watch.stepped(1, 0.1, 3.0, 1e-4)
    watch.validated(1, 1.5, 2.0, 0.4)
    watch.kept(1, 2.0, 0.4)
    checkpoint = tmp_path / "checkpoint-1"
    checkpoint.mkdir()
    watch.saved(checkpoint)
    watch.stepped(2, 0.2, 2.9, 1e-4)
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 3, "lo')  # a kill in the midst of a line
    later = Clock()
    later.now = 1000
    again = watch_in(tmp_path, [], later)
    again.resume(checkpoint)
    assert [json.loads(line)["step"] for line in (tmp_path / "metrics.jsonl").read_text().splitlines()] == [
        1,
        1,
    ]
    assert again.standing.score == 0.4
    assert again.standing.tokens == 10
    later.now = 1005
    assert again.seconds() == pytest.approx(55)


def test_a_run_that_begins_anew_begins_its_curve_anew(tmp_path: Path) -> None:
    """A kill before the first checkpoint leaves steps that are made again, and a line cut short."""
    (tmp_path / "metrics.jsonl").write_text('{"step": 1, "loss": 3.0}\n{"step": 2, "lo')
    watch = watch_in(tmp_path, [], Clock())
    watch.resume(None)
    watch.stepped(1, 0.1, 2.5, 1e-4)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [(line["step"], line["loss"]) for line in lines] == [(1, 2.5)]


def test_the_validation_that_ends_a_run_is_scored(tmp_path: Path) -> None:
    """Only scored models can become the best: a run that ends before its first score would keep none."""
    watch = watch_in(tmp_path, [], Clock(), checks={"patience": 2, "score_every": 10})
    asked = []
    for step, loss in enumerate((2.0, 2.1, 2.2), 1):
        asked.append(watch.scores_now(last=watch.ends(1.5, loss)))
        ended = watch.validated(step, 1.5, loss, None)
    assert asked == [False, False, True]
    assert ended
