"""What an answer is worth when a model learns by trying: executed tests, and a little for the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from models.examining import Examiner, Judged, Problem
from verifiers.domain import CodingTask, Status
from verifiers.errors import InvalidInput

_SOLVED = 1.0
_PARTLY = 0.4
"""Most that tests passed in part are worth: well below all of them, or half right is good enough."""
_FORM = 0.1


class Reward:
    """Rewards for TRL's GRPO: ``reward(prompts=..., completions=..., problem=[ids], ...)``.

    Executed tests decide: 1 for an answer that passes them all, up to 0.4 by the share that passed. Code that
    is in the fenced block that was asked for and can be parsed adds 0.1. Answers come from the model that is
    trained and are hostile: they only run in the examiner's sandbox.

    Args:
        problems: What is asked, by id.
        examiner: Judges.
        judges: Answers judged at a time.
        tell: Told how many answers of a call passed, and how many there were.
    """

    __name__ = "executed_tests"  # TRL names its metrics by it

    def __init__(
        self,
        problems: Sequence[Problem],
        examiner: Examiner,
        judges: int = 2,
        tell: Callable[[int, int], None] = lambda passed, answers: None,
    ) -> None:
        self._tasks: Mapping[str, CodingTask] = {problem.id: problem.task for problem in problems}
        self._examiner = examiner
        self._judges = judges
        self._tell = tell

    def __call__(self, *, completions: Sequence[Any], problem: Sequence[str], **_: Any) -> list[float | None]:
        """One reward an answer; None, which counts as no sign at all, where no tool could say."""
        texts = [_text(completion) for completion in completions]
        with ThreadPoolExecutor(self._judges, "reward") as pool:
            judged = list(pool.map(self._judged, problem, texts))
        self._tell(sum(one is not None and one.passed is True for one in judged), len(judged))
        return [None if one is None else worth(one) for one in judged]

    def _judged(self, name: str, text: str) -> Judged | None:
        try:
            found = self._examiner.judge(self._tasks[name], text, scan=False)
        except InvalidInput:  # code that no verifier can take, such as a file too long
            return None
        return found


def worth(judged: Judged) -> float:
    """An answer's reward, from 0 to 1.1."""
    form = _FORM if all(verdict.verifier != "extraction" for verdict in judged.attempt.verdicts) else 0.0
    if judged.passed is True:
        return _SOLVED + form
    broken = any(
        verdict.status is Status.FAILED and verdict.verifier.endswith("syntax")
        for verdict in judged.attempt.verdicts
    )
    if broken:
        return 0.0
    return _PARTLY * passed_share(judged) + form


def passed_share(judged: Judged) -> float:
    """The share of tests that passed, by the verdicts' own counts; 0 where none is given."""
    passed = total = 0
    for verdict in judged.attempt.verdicts:
        names, expected = verdict.evidence.get("passed"), verdict.evidence.get("expected")
        if isinstance(names, list) and isinstance(expected, int):
            passed, total = passed + len(names), total + expected
    return min(passed / total, 1.0) if total else 0.0


def _text(completion: Any) -> str:
    """A completion as TRL gives it: a text, or the messages of a conversation."""
    if isinstance(completion, str):
        return completion
    return "".join(str(message.get("content") or "") for message in completion)
