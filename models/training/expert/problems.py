"""The problems of a run: what is trained on, what scores, and that neither is what will be evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.data.decontamination import Index
from models.data.rows import TrainingRow
from models.evaluation.suites import SUITES, read_suite, spread
from models.examining import Problem
from models.training.dataset import read_rows
from models.training.expert.recipe import ExpertRecipe, Tasks
from verifiers.errors import InvalidInput


@dataclass(frozen=True)
class Problems:
    """What a run works on.

    Attributes:
        training: Without those that share text with a held-out problem.
        validation: In the suite's order, the same ones taken out.
        dropped: Ids of those taken out, and places of rows of the recipe's ``extra``, each with the held-out
            problem that it is like.
        guard: Tells whether a text is a held-out problem's.
    """

    training: tuple[Problem, ...]
    validation: tuple[Problem, ...]
    dropped: dict[str, str]
    guard: Index


def gather(recipe: ExpertRecipe, suites: Path | None) -> Problems:
    """Read the problems, and keep what will be evaluated out of them.

    Args:
        recipe: Names the suites.
        suites: The folder of published suites, where the recipe names none.

    Raises:
        InvalidInput: there is no such suite; nothing is left to train on; a validation problem is one of the
            training problems; or a file of ``extra`` cannot be read.
    """
    data = recipe.suites or suites
    guard = Index([read(each, data) for each in recipe.held_out], recipe.held_out_words)
    dropped: dict[str, str] = {}
    training = _kept([p for each in recipe.tasks for p in some(each, data)], guard, dropped)
    validation = _kept(some(recipe.validation, data), guard, dropped)
    if not training or not validation:
        raise InvalidInput(
            "tasks" if not training else "validation",
            "share text with the held-out suites, all of them.",
            "Train on another split, such as mbpp:train.",
        )
    both = {each.task.digest for each in training} & {each.task.digest for each in validation}
    if both:
        raise InvalidInput(
            "validation", f"has {len(both):,} of the training tasks in it.", "Use another suite or split."
        )
    for _ in extra_rows(recipe, guard, dropped):  # a fault in them is told before anybody is asked
        pass
    return Problems(training, validation, dropped, guard)


def extra_rows(
    recipe: ExpertRecipe, guard: Index, dropped: dict[str, str] | None = None
) -> Iterator[TrainingRow]:
    """The rows that are mixed in, but for those that share text with a held-out problem.

    Args:
        recipe: Names their files.
        guard: Tells whether a text is a held-out problem's.
        dropped: Takes the places of rows that were left out; None where that is known.

    Raises:
        InvalidInput: a file cannot be read, or a line is no training row.
    """
    for placed in read_rows(recipe.extra, "extra"):
        where = f"{placed.file}, line {placed.line}"
        if not isinstance(placed.row, TrainingRow):
            raise InvalidInput(where, "is a preference row.", "Leave it out: completions are learnt here.")
        texts = [message.content for message in (*placed.row.prompt, *placed.row.completion)]
        like = next((like for text in texts if (like := guard.problem_in(text))), "")
        if not like:
            yield placed.row
        elif dropped is not None:
            dropped[where] = like


def read(suite: str, data: Path | None) -> tuple[Problem, ...]:
    """A suite, or one split of it as ``mbpp:train``.

    Raises:
        InvalidInput: there is none.
    """
    name, _, split = suite.rpartition(":")
    if name.lower() in SUITES:
        return read_suite(name, split=split, data=data)
    return read_suite(suite, data=data)


def some(tasks: Tasks, data: Path | None) -> tuple[Problem, ...]:
    """As many problems as are asked for, evenly spread over the suite.

    Raises:
        InvalidInput: there is no such suite.
    """
    problems = read(tasks.suite, data)
    return problems if tasks.limit is None else spread(problems, tasks.limit)


def _kept(problems: Sequence[Problem], guard: Index, dropped: dict[str, str]) -> tuple[Problem, ...]:
    found: dict[str, Problem] = {}
    for problem in problems:
        like = held_out(problem, guard)
        if like:
            dropped[problem.id] = like
        elif problem.id in found:
            raise InvalidInput("tasks", f"have the id '{problem.id[:80]}' twice.", "Give each its own.")
        else:
            found[problem.id] = problem
    return tuple(found.values())


def held_out(problem: Problem, guard: Index) -> str:
    """The held-out problem that shares text with this one; empty for none."""
    texts = [problem.task.instruction, problem.reference]
    tests = problem.task.tests.files if problem.task.tests else ()
    texts += [file.content for file in (*problem.task.files, *tests)]
    return next((like for text in texts if (like := guard.problem_in(text))), "")
