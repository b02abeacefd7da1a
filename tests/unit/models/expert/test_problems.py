"""What will be evaluated is never trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from models.examining import Problem
from models.training.expert.problems import gather, read
from models.training.expert.recipe import ExpertRecipe, Tasks
from tests.unit.models.expert.fakes import problem
from verifiers.domain import SourceFile
from verifiers.errors import InvalidInput

SECRET = "Write a function that returns the seventh largest of all the prices in a list of shops."


def suite(path: Path, problems: Sequence[Problem]) -> str:
    path.write_text("".join(one.model_dump_json() + "\n" for one in problems))
    return str(path)


def recipe(
    tmp_path: Path, training: list[Problem], validation: list[Problem], held: list[Problem]
) -> ExpertRecipe:
    return ExpertRecipe(
        tasks=(Tasks(suite=suite(tmp_path / "train.jsonl", training)),),
        validation=Tasks(suite=suite(tmp_path / "validation.jsonl", validation)),
        held_out=(suite(tmp_path / "held.jsonl", held),),
    )


HELD = [
    problem(
        "h", SECRET, "def seventh(shops):\n    prices = sorted(price for shop in shops for price in shop)\n"
    )
]


@pytest.mark.parametrize(
    "planted",
    [
        problem("p", SECRET),
        problem("p", f"Please help. {SECRET.upper()} Thanks!"),
        problem("p", SECRET.replace(" ", "\n  ")),
        problem("p", "Another text", HELD[0].reference.replace("    ", "\t")),
    ],
)
def test_a_planted_problem_is_left_out(tmp_path: Path, planted: Problem) -> None:
    found = gather(recipe(tmp_path, [problem("a"), planted], [problem("b")], HELD), None)
    assert [one.id for one in found.training] == ["a"]
    assert found.dropped == {"p": "h"}
    assert found.guard.problem_in(HELD[0].reference) == "h"


def test_held_out_text_in_the_files_of_a_task_is_found(tmp_path: Path) -> None:
    """They are shown to the model with the instruction."""
    planted = problem("p")
    shown = (SourceFile(path="solution.py", content=HELD[0].reference),)
    planted = planted.model_copy(update={"task": planted.task.model_copy(update={"files": shown})})
    found = gather(recipe(tmp_path, [problem("a"), planted], [problem("b")], HELD), None)
    assert found.dropped == {"p": "h"}


def test_training_on_the_test_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        gather(recipe(tmp_path, HELD, [problem("b")], HELD), None)
    assert caught.value.field == "tasks"


def test_validation_among_the_training_tasks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        gather(recipe(tmp_path, [problem("a"), problem("b")], [problem("b")], HELD), None)
    assert caught.value.field == "validation"


def test_an_id_in_two_suites_is_refused(tmp_path: Path) -> None:
    made = recipe(tmp_path, [problem("a")], [problem("b")], HELD)
    other = suite(tmp_path / "more.jsonl", [problem("a", "Something else.")])
    with pytest.raises(InvalidInput, match="twice"):
        gather(made.model_copy(update={"tasks": (*made.tasks, Tasks(suite=other))}), None)


def test_a_limit_is_spread_over_the_suite(tmp_path: Path) -> None:
    many = suite(tmp_path / "many.jsonl", [problem(str(number)) for number in range(10)])
    made = recipe(tmp_path, [problem("a")], [problem("b")], HELD)
    found = gather(made.model_copy(update={"tasks": (Tasks(suite=many, limit=3),)}), None)
    assert [one.id for one in found.training] == ["0", "3", "6"]


def test_a_split_is_named_behind_a_colon(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read("mbpp:train", tmp_path)
    assert caught.value.field == "data"  # it was looked for there
    with pytest.raises(InvalidInput):
        read("nothing:train", tmp_path)
