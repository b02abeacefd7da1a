"""How a model is examined: what asks it as the agent does, and judges what it answers.

Data, training and evaluation need the agent's own prompts and the verifiers' judgement, but the agent builds
on this package and not the other way round. So they are given an :class:`Examiner`; ``agent.examiner`` has
the one there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from models.chat import Message
from verifiers.domain import Attempt, CodingTask, Value


class Problem(Value):
    """A task of a suite, with what is known of it.

    Attributes:
        id: The suite's name for it, such as ``HumanEval/0``.
        task: What is asked for, with the tests that decide.
        reference: A solution that is right; empty where the suite has none.
        family: What results are grouped by: a language, a CWE, a kind of attack. Empty for none.
    """

    id: str
    task: CodingTask
    reference: str = ""
    family: str = ""


class Judged(Value):
    """An answer and what was found out about it.

    Attributes:
        attempt: The code that was in the answer, with the verdicts on it.
        passed: The tests passed; None where the task has none, they were not run, or a tool could not say.
        clean: Every scanner that was asked passed; None where none was, or one could not say.
        accepted: All of it is enough for the task's policy.
    """

    attempt: Attempt
    passed: bool | None
    clean: bool | None
    accepted: bool


class Examiner(Protocol):
    """Asks for code and judges answers as the agent does. Safe to call from several threads."""

    def ask(self, task: CodingTask) -> tuple[Message, ...]:
        """The conversation that asks for a first attempt."""
        ...

    def ask_again(self, task: CodingTask, judged: Judged) -> tuple[Message, ...]:
        """The conversation that asks for a better one, with what was wrong with the last."""
        ...

    def judge(self, task: CodingTask, answer: str, *, scan: bool = True) -> Judged:
        """Take the code out of an answer, run it and scan it.

        Every stage is gone through, whatever an earlier one said: code that fails its tests is scanned too.

        Args:
            task: What was asked for.
            answer: The model's text; hostile.
            scan: Ask the scanners as well as the tests.

        Raises:
            ToolError: a tool is missing or broken; never a word about the code.
        """
        ...

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        """Judge code that is there already, as (path, content) pairs; see :meth:`judge`.

        What can be no file (too large, control characters, a path outside) fails, as an answer without code
        does.
        """
        ...
