"""From answers and verdicts to training rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.chat import Message
from models.data.outcomes import answer_of
from models.data.rows import Origin, TrainingRow
from models.examining import Examiner, Judged, Problem
from models.training.expert.answers import chosen
from models.training.expert.recipe import ExpertRecipe
from verifiers.domain import Candidate, Status

_PAIRS = 50  # failures of a task that are kept for feedback


@dataclass
class Found:
    """What is known of one task's answers, over all rounds.

    Attributes:
        right: Codes that passed everything that was asked of them, tidied.
        reference: The task's own solution, if that passed.
        failed: Answers that did not pass, each of another code.
        repaired: Failed answers with a right code that the model gave on hearing what was wrong.
        verified: Names of the verifiers that passed the right ones.
    """

    right: list[Candidate] = field(default_factory=list)
    reference: Candidate | None = None
    failed: list[Judged] = field(default_factory=list)
    repaired: list[tuple[Judged, Candidate]] = field(default_factory=list)
    verified: tuple[str, ...] = ()

    def add_right(self, judged: Judged) -> None:
        """Take a right code, once."""
        candidate = judged.attempt.candidate
        if all(candidate.digest != other.digest for other in self.right):
            self.right.append(candidate)
        self.verified = passed_by(judged)

    def add_reference(self, judged: Judged) -> None:
        """Take the task's own solution, which passed."""
        self.reference = judged.attempt.candidate
        self.verified = passed_by(judged)

    def add_failed(self, judged: Judged) -> None:
        """Take a failed answer, once."""
        digest = judged.attempt.candidate.digest
        known = any(digest == other.attempt.candidate.digest for other in self.failed)
        if not known and len(self.failed) < _PAIRS:
            self.failed.append(judged)


def passed_by(judged: Judged) -> tuple[str, ...]:
    """Names of the verifiers that passed it."""
    return tuple(verdict.verifier for verdict in judged.attempt.verdicts if verdict.status is Status.PASSED)


def rows_of(
    problems: Sequence[Problem], found: dict[str, Found], recipe: ExpertRecipe, examiner: Examiner
) -> Iterator[TrainingRow]:
    """The rows of a round: answers to first prompts, then answers to feedback, task by task.

    The same input gives the same rows in the same order.
    """
    for problem in problems:
        mine = found.get(problem.id, Found())
        yield from _first(problem, mine, recipe, examiner)
        yield from _repairs(problem, mine, recipe, examiner)


def _first(problem: Problem, mine: Found, recipe: ExpertRecipe, examiner: Examiner) -> Iterator[TrainingRow]:
    asked = examiner.ask(problem.task)
    own = chosen(mine.right, recipe.keep.per_task)
    for candidate in own:
        yield _row(problem, asked, candidate, "sampled", mine.verified)
    reference = mine.reference
    if reference is None or any(reference.digest == candidate.digest for candidate in own):
        return
    use = recipe.references.use
    if use == "all" or (use == "unsolved" and not own):
        yield _row(problem, asked, reference, "task", mine.verified, recipe.references.weight)


def _repairs(
    problem: Problem, mine: Found, recipe: ExpertRecipe, examiner: Examiner
) -> Iterator[TrainingRow]:
    weight = recipe.repairs.weight
    seen: set[tuple[Message, ...]] = set()
    for judged, candidate in mine.repaired[: recipe.keep.per_task]:
        asked = examiner.ask_again(problem.task, judged)
        if asked not in seen:
            seen.add(asked)
            yield _row(problem, asked, candidate, "repair", mine.verified, weight)
    answers = chosen(mine.right, recipe.keep.per_task)
    if not answers and mine.reference is not None and recipe.references.use != "none":
        answers = [mine.reference]
    if not answers:
        return
    pairs = 0
    for judged in mine.failed:
        if pairs == recipe.repairs.paired:
            return
        asked = examiner.ask_again(problem.task, judged)
        if asked not in seen:
            seen.add(asked)
            yield _row(problem, asked, answers[pairs % len(answers)], "repair", mine.verified, weight)
            pairs += 1


def _row(
    problem: Problem,
    asked: tuple[Message, ...],
    candidate: Candidate,
    method: str,
    verified: tuple[str, ...],
    weight: float = 1.0,
) -> TrainingRow:
    return TrainingRow(
        prompt=asked,
        completion=(answer_of(candidate.files, problem.task),),
        origin=Origin(
            source="expert iteration",
            id=problem.id,
            language=problem.task.language.value,
            method=method,
            verified=verified,
        ),
        weight=weight,
    )
