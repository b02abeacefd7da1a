from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.chat import Completion, Completions, Message
from models.evaluation.generations import read_generations
from models.evaluation.sources import Recorded, Sampled, Solved
from models.examining import Problem
from tests.unit.models.evaluation.judging import WordExaminer, problem
from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Outcome,
    OutcomeStatus,
    Sampling,
    SourceFile,
    Usage,
)
from verifiers.errors import InvalidInput

PROBLEMS = (problem("HumanEval/0"), problem("HumanEval/1"))


class SeededModel:
    """Answers with the seed and the sample's place."""

    name = endpoint = "seeded"

    def __init__(self) -> None:
        self.calls: list[tuple[int, int | None]] = []

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        self.calls.append((n, sampling.seed))
        samples = tuple(Completion(text=f"{sampling.seed} {place} \ud800") for place in range(n))
        return Completions(samples=samples, usage=Usage(completion_tokens=30), model="m")

    def close(self) -> None:
        return None


def drawn(model: SeededModel, numbers: Sequence[int], seed: int = 0) -> dict[int, str]:
    sampled = Sampled(model, WordExaminer().ask, Sampling(seed=seed), samples=25, batch=10)
    return {each.sample: each.answer for each in sampled.answers(PROBLEMS[0], numbers)}


def test_samples_come_in_batches_with_seeds_of_their_own() -> None:
    model = SeededModel()
    found = drawn(model, range(1, 26))
    assert list(found) == list(range(1, 26))
    assert [n for n, _ in model.calls] == [10, 10, 5]
    assert len({seed for _, seed in model.calls}) == 3
    assert all("\ud800" not in text for text in found.values())


def test_what_is_missing_comes_as_it_would_have_come() -> None:
    whole = drawn(SeededModel(), range(1, 26))
    model = SeededModel()
    assert drawn(model, [3, 24]) == {3: whole[3], 24: whole[24]}
    assert [n for n, _ in model.calls] == [10, 5]
    assert drawn(SeededModel(), [3], seed=1)[3] != whole[3]


def outcome(status: OutcomeStatus, rounds: int) -> Outcome:
    attempts = tuple(
        Attempt(
            number=number,
            candidate=Candidate(files=(SourceFile(path="a.py", content=f"x = {number}"),), model="m"),
        )
        for number in range(1, rounds + 1)
    )
    solution = attempts[-1] if status is OutcomeStatus.SOLVED else None
    return Outcome(status=status, reason="-", solution=solution, attempts=attempts)


def test_the_loop_returns_only_what_it_accepts() -> None:
    def solve(task: CodingTask, number: int) -> Outcome:
        return outcome(OutcomeStatus.SOLVED if number == 1 else OutcomeStatus.EXHAUSTED, rounds=3)

    first, second = Solved(solve).answers(PROBLEMS[0], [1, 2])
    assert (first.code, first.rounds, first.returned) == ((("a.py", "x = 3"),), 3, True)
    assert (second.returned, second.finish_reason) == (False, "exhausted")


def test_a_loop_without_any_attempt_gives_an_empty_answer() -> None:
    (found,) = Solved(lambda task, number: outcome(OutcomeStatus.REFUSED, 0)).answers(PROBLEMS[0], [1])
    assert (found.returned, found.code, found.answer) == (False, (), "")


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_recorded_bodies_follow_their_prompt_and_answers_are_as_they_are(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.jsonl",
        {"task_id": "HumanEval/0", "completion": "    return 1"},
        {"task_id": "HumanEval/1", "solution": "def f_1(): return 2"},
        {"task_id": "HumanEval/0", "completion": "    return 3"},
        {"task_id": "HumanEval/99", "completion": "    return 3"},
    )
    found = read_generations(path, PROBLEMS)
    assert [(each.problem, each.sample) for each in found] == [
        ("HumanEval/0", 1),
        ("HumanEval/0", 2),
        ("HumanEval/1", 1),
    ]
    assert found[0].code == (("solution.py", "def f_0():    return 1"),)
    assert (found[2].code, found[2].answer) == ((), "def f_1(): return 2")
    assert Recorded(found).numbers(PROBLEMS[0]) == [1, 2]


def test_codet_rows_name_their_problem_by_the_last_function_of_the_prompt(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", {"prompt": "def g(): pass\ndef f_1():\n", "samples": ["  a", "  b"]})
    found = read_generations(path, PROBLEMS)
    assert [(each.problem, each.sample) for each in found] == [("HumanEval/1", 1), ("HumanEval/1", 2)]
    assert found[1].code == (("solution.py", "def g(): pass\ndef f_1():\n  b"),)


def test_problems_that_ask_for_one_name_take_the_files_rows_in_order(tmp_path: Path) -> None:
    def named(name: str) -> Problem:
        return problem("X/0").model_copy(update={"id": name})

    rows = [{"prompt": "def f_0():\n", "samples": [text]} for text in ("first", "second")]
    found = read_generations(written(tmp_path / "a.jsonl", *rows), (named("A"), named("B")))
    assert [(each.problem, each.code[0][1][-6:].strip()) for each in found] == [
        ("A", "first"),
        ("B", "second"),
    ]


def test_rows_that_hold_a_problems_whole_prompt_are_all_its_own(tmp_path: Path) -> None:
    one = problem("X/0").model_copy(update={"id": "A"})
    task = one.task.model_copy(update={"instruction": "X = 1\ndef f_0():"})
    other = one.model_copy(update={"id": "B", "task": task})
    rows = [
        {"prompt": prompt, "completion": text}
        for text in ("first", "second")
        for prompt in ("def f_0():\n", "X = 1\ndef f_0():\n")
    ]
    found = read_generations(written(tmp_path / "a.jsonl", *rows), (one, other))
    assert [(each.problem, each.sample) for each in found] == [("A", 1), ("A", 2), ("B", 1), ("B", 2)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"completion": "x"}, "names no problem"),
        ({"task_id": "HumanEval/0"}, "holds no answer"),
        ({"task_id": "HumanEval/0", "samples": "x"}, "no text in the field 'samples'"),
        ({"task_id": "HumanEval/0", "completion": 5}, "no text in the field 'completion'"),
        ({"task_id": "other", "completion": "x"}, "no answer to any problem"),
        ({"problem": "HumanEval/0", "sample": 0, "answer": "x"}, r"a\.jsonl line 1 .*sample"),
    ],
)
def test_a_bad_file_of_answers_is_named(tmp_path: Path, row: object, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_generations(written(tmp_path / "a.jsonl", row), PROBLEMS)
