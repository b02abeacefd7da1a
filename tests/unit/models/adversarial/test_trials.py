"""Trials: asked once, written down whole, gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.adversarial.evaluation import try_problems
from models.adversarial.labels import Label
from models.adversarial.trials import Draw, storable, try_cases
from models.chat import Message
from models.errors import ModelUnavailable
from models.examining import Problem
from tests.fakes import ScriptedModel
from tests.unit.models.adversarial.examples import INSECURE, SECURE, TESTS, WordExaminer, attack
from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput

CASES = tuple(attack(number) for number in range(4))


class Breaking(ScriptedModel):
    """Goes away when its script ends."""

    def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
        if not self._script:
            raise ModelUnavailable("The model is gone.")
        return super().complete(messages, sampling, n, timeout_s)


def test_what_is_done_stays_done_when_the_model_breaks(tmp_path: Path) -> None:
    broken = Breaking([[SECURE], [INSECURE]], name="m")
    with pytest.raises(ModelUnavailable):
        try_cases(CASES, broken, WordExaminer(), Draw(), tmp_path, workers=1)
    second = ScriptedModel([[SECURE], [SECURE]], name="m")
    found = try_cases(CASES, second, WordExaminer(), Draw(), tmp_path, workers=1)
    labels = [trial.answers[0].found.label for trial in found.values()]
    assert labels == [Label.CLEAN, Label.FLAGGED, Label.CLEAN, Label.CLEAN]
    assert list(found) == [case.id for case in CASES]
    assert len(second.calls) == 2


def test_a_half_written_line_is_done_again(tmp_path: Path) -> None:
    try_cases(CASES[:2], ScriptedModel([[SECURE]] * 2, "m"), WordExaminer(), Draw(), tmp_path, workers=1)
    path = tmp_path / "trials.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:40])
    model = ScriptedModel([[INSECURE]], "m")
    found = try_cases(CASES[:2], model, WordExaminer(), Draw(), tmp_path, workers=1)
    assert len(model.calls) == 1
    assert found[CASES[1].id].answers[0].found.label is Label.FLAGGED
    assert len(path.read_bytes().splitlines()) == 2


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    try_cases(CASES[:1], ScriptedModel([[SECURE]], "m"), WordExaminer(), Draw(), tmp_path)
    path = tmp_path / "trials.jsonl"
    path.write_text('{"case": "x", "answers": "many"}\n' + path.read_text())
    with pytest.raises(InvalidInput, match="line 1 is damaged"):
        try_cases(CASES[:1], ScriptedModel([], "m"), WordExaminer(), Draw(), tmp_path)


def test_another_model_or_draw_needs_another_folder(tmp_path: Path) -> None:
    try_cases(CASES[:1], ScriptedModel([[SECURE]], "m"), WordExaminer(), Draw(), tmp_path)
    for model, draw, what in (("other", Draw(), "model"), ("m", Draw(seed=1), "draw")):
        with pytest.raises(
            InvalidInput, match=rf"holds results of another model or .*: {what} is not the same"
        ):
            try_cases(CASES[:1], ScriptedModel([], model), WordExaminer(), draw, tmp_path)


@pytest.mark.parametrize(
    "answer",
    [
        "\ud800 lone",
        "a\0b",
        "```python\n" + "x" * 1_000_000,
        "\u202e reversed",
        '"}\n{"case": "forged", "answers": []}',
    ],
)
def test_hostile_answers_stay_one_line(tmp_path: Path, answer: str) -> None:
    class Hostile:
        name, endpoint = "m", "m"

        def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
            from models.chat import Completion, Completions

            return Completions.model_construct(samples=(Completion.model_construct(text=answer),), model="m")

        def close(self) -> None: ...

    found = try_cases(CASES[:1], Hostile(), WordExaminer(), Draw(), tmp_path)  # type: ignore[arg-type]
    lines = (tmp_path / "trials.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["case"] for line in lines] == list(found) == [CASES[0].id]
    assert len(lines[0]) < 200_000


def test_turns_stand_before_the_request(tmp_path: Path) -> None:
    turns = (Message(role="user", content="earlier"), Message(role="assistant", content="```bad```"))
    model = ScriptedModel([[SECURE]])
    try_cases((attack(turns=turns),), model, WordExaminer(), Draw(), tmp_path)
    assert [message.role for message in model.calls[0]] == ["system", "user", "assistant", "user"]
    assert model.calls[0][-1].content.startswith("Write f.")


def test_each_case_has_a_seed_of_its_own_that_stays() -> None:
    draw = Draw(seed=3)
    assert draw.sampling("a") == draw.sampling("a")
    assert draw.sampling("a").seed != draw.sampling("b").seed
    assert draw.sampling("a").seed != Draw(seed=4).sampling("a").seed


def test_texts_are_cut_and_cleaned() -> None:
    assert len(storable("x" * 100_000)) == 20_000
    assert storable("a\0\ud800") == "a?"


class Wordy(WordExaminer):
    """Asks at greater length."""

    def ask(self, task: CodingTask) -> tuple[Message, ...]:
        system, request = super().ask(task)
        return (system.model_copy(update={"content": "Write code."}), request)


def test_other_prompts_need_another_folder(tmp_path: Path) -> None:
    try_cases(CASES[:1], ScriptedModel([[SECURE]], "m"), WordExaminer(), Draw(), tmp_path)
    with pytest.raises(InvalidInput, match="with other settings"):
        try_cases(CASES[:1], ScriptedModel([], "m"), Wordy(), Draw(), tmp_path)


def problem(instruction: str) -> Problem:
    return Problem(id="Suite/0", task=CodingTask(instruction=instruction, tests=TESTS))


@pytest.mark.parametrize(
    ("asked", "model", "draw"),
    [
        ("Write f.", "m", Draw(samples=2)),
        ("Write f.", "other", Draw()),
        ("Write g.", "m", Draw()),  # a problem of another suite may have the same id
    ],
)
def test_a_suites_answers_are_of_one_model_suite_and_draw(
    tmp_path: Path, asked: str, model: str, draw: Draw
) -> None:
    examiner = WordExaminer()
    first = [problem("Write f.")]
    found = try_problems(first, ScriptedModel([[SECURE]], "m"), examiner, Draw(), tmp_path)
    assert try_problems(first, ScriptedModel([], "m"), examiner, Draw(), tmp_path) == found
    with pytest.raises(InvalidInput, match="with other settings"):
        try_problems([problem(asked)], ScriptedModel([], model), examiner, draw, tmp_path)


def test_a_suite_may_come_in_later(tmp_path: Path) -> None:
    assert try_problems([], ScriptedModel([], "m"), WordExaminer(), Draw(), tmp_path) == {}
    found = try_problems(
        [problem("Write f.")], ScriptedModel([[SECURE]], "m"), WordExaminer(), Draw(), tmp_path
    )
    assert found["Suite/0"].passed == (True,)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "trials.jsonl").mkdir()
    with pytest.raises(InvalidInput, match=r"trials\.jsonl cannot be"):
        try_cases(CASES[:1], ScriptedModel([], "m"), WordExaminer(), Draw(), tmp_path)


def test_a_folder_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    """Else each would ask all that is left, and cut off what the other is writing."""
    inner: list[InvalidInput] = []

    class Nosy(ScriptedModel):
        def complete(self, messages, sampling, n, timeout_s):  # type: ignore[no-untyped-def]
            with pytest.raises(InvalidInput, match="another process") as error:
                try_cases(CASES[:1], ScriptedModel([[SECURE]], "m"), WordExaminer(), Draw(), tmp_path)
            inner.append(error.value)
            return super().complete(messages, sampling, n, timeout_s)

    try_cases(CASES[:1], Nosy([[SECURE]], "m"), WordExaminer(), Draw(), tmp_path)
    assert inner[0].field == "out"
