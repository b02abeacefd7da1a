"""From documents with tests to problems that can be judged, and to rows that suites are read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from models.data.document import Document
from models.examining import Problem
from verifiers.domain import CodingTask, Language, SourceFile, TestSuite


def problem_of(document: Document) -> Problem | None:
    """A Python document with a prompt and tests as a task that can be judged; None where it is none.

    Reads what the step ``doctests`` makes, and rows of MBPP's kind: ``tests`` in the metadata are assertions.

    Args:
        document: Its text is the reference solution.
    """
    if not document.prompt or not document.tests.strip() or document.language != Language.PYTHON:
        return None
    try:
        task = CodingTask(
            instruction=document.prompt,
            tests=TestSuite(files=(SourceFile(path="test_solution.py", content=document.tests),)),
        )
    except ValidationError:
        return None
    return Problem(id=document.id, task=task, reference=document.text, family=document.source)


def suite_rows(problems: Sequence[Problem]) -> Iterator[dict[str, object]]:
    """The problems as rows of MBPP's format, which ``acrisol evaluate`` and expert iteration read."""
    for problem in problems:
        tests = problem.task.tests
        text = tests.files[0].content if tests else ""
        yield {
            "task_id": problem.id,
            "text": problem.task.instruction,
            "code": problem.reference,
            "test_list": [text.rstrip("\n")],
            "test_setup_code": "",
        }
