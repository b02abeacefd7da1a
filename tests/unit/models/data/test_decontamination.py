"""Problems of a suite are found wherever they were planted, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.data.decontamination import Decontamination, _index
from models.data.document import Document
from models.data.engine.job import Job
from models.data.recipe import Recipe
from models.data.step import Dropped, Kept
from verifiers.errors import InvalidInput

# In HumanEval's format, but ours.
PROBLEMS = [
    {
        "task_id": f"Own/{number}",
        "prompt": f'def {name}(values):\n    """ Write a function that gives back {what}.\n    """\n',
        "canonical_solution": solution,
        "test": f"def check(candidate):\n    assert candidate([3, 1, 2]) == {answer}\n",
        "entry_point": name,
    }
    for number, (name, what, solution, answer) in enumerate(
        [
            (
                "spread_of",
                "the difference of the largest and the smallest member of a list of whole numbers",
                "    largest = max(values)\n    smallest = min(values)\n    return largest - smallest\n",
                "2",
            ),
            (
                "odd_places",
                "every member of a list of numbers that stands at an odd place counted from zero",
                "    chosen = []\n    for place, value in enumerate(values):\n        if place % 2:\n"
                "            chosen.append(value)\n    return chosen\n",
                "[1]",
            ),
            (
                "falling",
                "the members of a list in an order in which none is larger than the one before",
                "    return sorted(values, reverse=True)\n",
                "[3, 2, 1]",
            ),
        ]
    )
]


@pytest.fixture
def step(tmp_path: Path) -> Decontamination:
    path = tmp_path / "own.jsonl"
    path.write_text("".join(json.dumps(problem) + "\n" for problem in PROBLEMS))
    return Decontamination(suites=(str(path),))


def found(step: Decontamination, text: str, prompt: str = "") -> bool:
    result = step(Document(id="d", text=text, source="s", prompt=prompt))
    assert isinstance(result, Kept | Dropped)
    return isinstance(result, Dropped)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_planted_problem_is_found(step: Decontamination, problem: dict[str, str]) -> None:
    whole = problem["prompt"] + problem["canonical_solution"]
    assert found(step, "import os\n\n" * 50 + whole + "\n\nprint('more')\n" * 50)
    assert found(step, "x = 1", prompt=problem["prompt"])


def test_other_layout_does_not_hide_it(step: Decontamination) -> None:
    instruction = PROBLEMS[0]["prompt"]
    as_comment = "\n".join(f"//   {line.strip().upper()}" for line in instruction.splitlines())
    assert found(step, as_comment)
    assert found(step, PROBLEMS[1]["canonical_solution"].replace("    ", "\t").replace("\n", "\r\n"))


def test_what_only_looks_alike_is_kept(step: Decontamination) -> None:
    assert not found(step, "def spread(values):\n    return max(values) - min(values)\n")
    assert not found(step, "Write a function that gives back the number of days in a month of a year.")
    assert not found(step, "")


def test_rows_of_numbers_are_no_sign(tmp_path: Path) -> None:
    numbers = ", ".join(map(str, range(15)))
    test = f"def check(candidate):\n    assert candidate([{numbers}]) == 14\n"
    path = tmp_path / "numbers.jsonl"
    path.write_text(json.dumps(dict(PROBLEMS[0], test=test)) + "\n")
    step = Decontamination(suites=(str(path),))
    assert not found(step, f"TABLE = [{numbers}]")
    assert found(step, PROBLEMS[0]["prompt"])


def test_what_all_problems_share_is_no_sign(tmp_path: Path) -> None:
    shared = " ".join(f"word{number}" for number in range(12))
    rows = [
        dict(problem, prompt=f'"""{shared} {place}"""\n' + problem["prompt"])
        for place, problem in enumerate(PROBLEMS)
    ]
    path = tmp_path / "shared.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    step = Decontamination(suites=(str(path),))
    assert not found(step, shared)
    assert found(step, PROBLEMS[0]["prompt"])


def test_a_suite_that_is_not_there_is_said_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        Decontamination(suites=(str(tmp_path / "none.jsonl"),)).check()
    with pytest.raises(InvalidInput, match="data"):
        Decontamination(suites=("humaneval",)).check()


def test_tests_that_came_with_a_row_are_looked_at(tmp_path: Path) -> None:
    asserted = "assert candidate([3, 1, 2, 8, 5, 9]) == 'every second one of them'"
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(dict(PROBLEMS[0], test=f"def check(candidate):\n    {asserted}\n")) + "\n")
    row = Document(id="d", text="x = 1", source="s", prompt="Write it.", metadata={"tests": asserted})
    assert isinstance(Decontamination(suites=(str(path),))(row), Dropped)


def test_a_suites_rows_are_part_of_what_a_run_is(tmp_path: Path) -> None:
    """Else a run that goes on would mix shards that looked for other problems."""
    path = tmp_path / "own.jsonl"
    told = []
    for count in (2, 2, 3):
        path.write_text("".join(json.dumps(problem) + "\n" for problem in PROBLEMS[:count]))
        _index.cache_clear()
        step = Decontamination(suites=(str(path),))
        recipe = Recipe.model_validate({"sources": [{"kind": "folder", "name": "a", "path": "x"}]})
        told.append(Job(recipe=recipe, suites=(step.looks_for,)).digest)
    assert told[0] == told[1] != told[2]
