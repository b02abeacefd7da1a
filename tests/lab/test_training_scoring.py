"""A checkpoint's score: its own answers, judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from torch import set_num_threads

from models.chat import Message
from models.examining import Judged, Problem
from models.training.export.adapter import factors, load_adapted
from models.training.run import train
from models.training.scoring import answers_for, scorer
from models.training.stored_adapter import stored_factors
from tests.lab.tiny import random_lora, tiny_llama
from tests.lab.training import recipe, sft_row, written_rows
from verifiers.domain import Attempt, Candidate, CodingTask, Language, SourceFile

PROBLEMS = [
    Problem(id=str(number), task=CodingTask(language=Language.PYTHON, instruction=f"Write add {number}"))
    for number in range(10)
]


class Recorder:
    """An examiner that keeps what it is shown, and passes some of it."""

    def __init__(self) -> None:
        self.answers: list[str] = []

    def ask(self, task: CodingTask) -> tuple[Message, ...]:
        return (Message(role="user", content=task.instruction),)

    def ask_again(self, task: CodingTask, judged: Judged) -> tuple[Message, ...]:
        raise NotImplementedError

    def judge(self, task: CodingTask, answer: str, *, scan: bool = True) -> Judged:
        assert not scan
        self.answers.append(answer)
        passed = {0: True, 1: None}.get(int(task.instruction.split()[-1]) % 5, False)
        attempt = Attempt(number=1, candidate=Candidate(files=(SourceFile(path="a.py", content="x"),)))
        return Judged(attempt=attempt, passed=passed, clean=None, accepted=False)

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        raise NotImplementedError


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    set_num_threads(1)
    return tiny_llama(tmp_path_factory.mktemp("model"))


def test_a_checkpoint_answers_and_only_what_passed_counts(model: Path, tmp_path: Path) -> None:
    rows = written_rows(tmp_path / "rows.jsonl", [sft_row(number) for number in range(30)])
    wanted = recipe(model, rows, optimization={"max_steps": 1})
    examiner = Recorder()
    run = train(wanted, tmp_path / "run", score=scorer(PROBLEMS, examiner, answers_for(wanted), 8))
    assert run.score == 0.2, "2 of 10 passed; 2 of which nothing could be said did not"
    assert len(examiner.answers) == 10
    assert all("<|im_start|>" not in answer for answer in examiner.answers)
    again = answers_for(wanted)(run.best, [examiner.ask(problem.task) for problem in PROBLEMS], 8)
    assert sorted(again) == sorted(examiner.answers), "greedy answers repeat themselves"


def test_an_adapters_factors_are_read_as_peft_applies_them(model: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    random_lora(AutoModelForCausalLM.from_pretrained(model), tmp_path)
    theirs = {
        each.name: each
        for each in factors(load_adapted(AutoModelForCausalLM.from_pretrained(model), tmp_path))
    }
    ours = {each.name: each for each in stored_factors(tmp_path)}
    assert ours.keys() == theirs.keys()
    for name, factor in ours.items():
        assert factor.scale == theirs[name].scale
        assert (factor.a == theirs[name].a).all()
        assert (factor.b == theirs[name].b).all()
