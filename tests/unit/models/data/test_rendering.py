"""Rows put prompts exactly as the agent does, and their answers are what it reads back."""

from __future__ import annotations

from agent.examiner import AgentExaminer
from agent.extraction import extract, wanted_from
from agent.prompts import SMALL_CONTEXT
from models.data.document import Document
from models.data.engine.job import TESTS
from models.data.rendering import TextRow, fenced, frames_of, row_of
from models.data.rows import TrainingRow
from verifiers.domain import CodingTask, Language, SourceFile, TestSuite

EXAMINER = AgentExaminer((), SMALL_CONTEXT)


def document(**fields: str) -> Document:
    return Document(**{"id": "d", "text": "x = 1\n", "source": "s", "license": "MIT", **fields})


def test_a_prompt_is_the_agents_own() -> None:
    frames = frames_of(EXAMINER)
    for language in Language:
        asked = "Write `f(a)` that says {hello} to %s.\n\n```\nkeep\n```"
        row = row_of(document(prompt=asked, method="docstring", language=language.value), frames)
        assert isinstance(row, TrainingRow)
        assert row.prompt == EXAMINER.ask(CodingTask(language=language, instruction=asked))


def test_tests_are_shown_as_the_agent_shows_them() -> None:
    frames = frames_of(EXAMINER)
    asserts = "assert f(1) == 2\nassert f(2) == 3\n"
    suite = TestSuite(files=(SourceFile(path="tests.py", content=asserts),))
    for asked in ("Write a function that adds one.", "Write:\n\n```python\ndef f(a):\n```", f"Say {TESTS}."):
        made = document(prompt=asked, method="task", language="python")
        row = row_of(made.model_copy(update={"metadata": {"tests": asserts}}), frames)
        assert isinstance(row, TrainingRow)
        assert row.prompt == EXAMINER.ask(CodingTask(instruction=asked, tests=suite))


def test_an_answer_is_read_back_as_it_was() -> None:
    code = "def f():\n    return '```'\n"
    row = row_of(document(prompt="Write f.", method="task", language="python", text=code), {})
    assert isinstance(row, TrainingRow)
    read = extract(row.completion[0].content, wanted_from(CodingTask(instruction="Write f.")))
    assert [file.content.strip() for file in read.files] == [code.strip()]


def test_what_is_no_code_alone_stays_as_it_is() -> None:
    row = row_of(document(prompt="Why?", method="question-answer", language="python", text="Because."), {})
    assert isinstance(row, TrainingRow)
    assert (row.prompt[0].content, row.completion[0].content) == ("Why?", "Because.")
    assert (row.origin.license, row.origin.method) == ("MIT", "question-answer")


def test_code_without_a_prompt_is_text() -> None:
    row = row_of(document(language="python"), frames_of(EXAMINER))
    assert isinstance(row, TextRow)
    assert row.text == "x = 1\n"


def test_a_fence_is_longer_than_any_in_the_code() -> None:
    assert fenced("a\n````\nb\n", "python").startswith("`````python\n")


def test_a_row_names_the_authors_that_a_licence_asks_for() -> None:
    said = "question 1 by user 7, answer 12 by Ann"
    asked = document(prompt="How?", method="question-answer")
    row = row_of(asked.model_copy(update={"metadata": {"attribution": said}}), {})
    assert row.origin.attribution == said
    assert row_of(asked, {}).origin.attribution == ""
