"""Where answers come from: a model that is asked, the agent's whole loop, or a file of recorded ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from models.chat import ChatModel, Message
from models.evaluation.results import Generation
from models.examining import Problem
from verifiers.domain import CodingTask, Outcome, OutcomeStatus, Sampling, digest

Solve = Callable[[CodingTask, int], Outcome]
"""The agent's loop on a task; the number tells samples of one problem apart, from 1."""
Ask = Callable[[CodingTask], tuple[Message, ...]]


class Source(Protocol):
    """Gives answers. Safe to call from several threads."""

    def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterable[Generation]:
        """Answers to a problem, as they come.

        Args:
            problem: The problem.
            numbers: Which samples are missing, from 1, in order.

        Raises:
            ToolError: the model cannot be reached.
        """
        ...


class Sampled:
    """Answers of a chat model to the agent's own prompt.

    Args:
        model: Belongs to the caller.
        ask: Makes the prompt; :meth:`models.examining.Examiner.ask`.
        sampling: How to draw. From its seed follows one for each request, so that a run that was broken off
            goes on as it would have.
        samples: How many are drawn of a problem in all.
        batch: At most so many a request.
        timeout_s: Seconds that a request may take.
    """

    def __init__(
        self,
        model: ChatModel,
        ask: Ask,
        sampling: Sampling,
        *,
        samples: int,
        batch: int = 10,
        timeout_s: float = 600.0,
    ) -> None:
        self._model = model
        self._ask = ask
        self._sampling = sampling
        self._samples = samples
        self._batch = batch
        self._timeout_s = timeout_s

    def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterator[Generation]:
        """See :meth:`Source.answers`. A request that is half there already is made as a whole again."""
        messages = self._ask(problem.task)
        for batch, group in groupby(numbers, lambda number: (number - 1) // self._batch):
            wanted, first = frozenset(group), batch * self._batch + 1
            drawn = self._model.complete(
                messages,
                self._sampling.model_copy(update={"seed": self._seed(problem, first)}),
                min(self._batch, self._samples - first + 1),
                self._timeout_s,
            )
            tokens = drawn.usage.completion_tokens / len(drawn.samples)
            for number, sample in enumerate(drawn.samples, first):
                if number in wanted:
                    yield Generation(
                        problem=problem.id,
                        sample=number,
                        answer=_sound(sample.text),
                        finish_reason=sample.finish_reason[:40],
                        model=drawn.model,
                        completion_tokens=tokens,
                    )

    def _seed(self, problem: Problem, first: int) -> int:
        return int(digest(f"{self._sampling.seed or 0}:{problem.id}:{first}")[:7], 16)


class Solved:
    """Answers of the agent's whole loop: what it accepts. Where it gives up, there is none.

    Args:
        solve: Works on a task; raises what :meth:`agent.wiring.Agent.solve` does.
    """

    def __init__(self, solve: Solve) -> None:
        self._solve = solve

    def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterator[Generation]:
        """See :meth:`Source.answers`."""
        for number in numbers:
            outcome = self._solve(problem.task, number)
            last = outcome.solution or (outcome.attempts[-1] if outcome.attempts else None)
            files = last.candidate.files if last else ()
            yield Generation(
                problem=problem.id,
                sample=number,
                code=tuple((file.path, file.content) for file in files),
                finish_reason=outcome.status.value,
                model=last.candidate.model if last else "",
                completion_tokens=outcome.usage.completion_tokens,
                rounds=max((attempt.number for attempt in outcome.attempts), default=1),
                returned=outcome.status is OutcomeStatus.SOLVED,
            )


class Recorded:
    """Answers out of a file; see :func:`models.evaluation.generations.read_generations`."""

    def __init__(self, generations: Iterable[Generation]) -> None:
        self._found: dict[str, dict[int, Generation]] = {}
        for each in generations:
            self._found.setdefault(each.problem, {})[each.sample] = each

    def answers(self, problem: Problem, numbers: Sequence[int]) -> Iterator[Generation]:
        """See :meth:`Source.answers`."""
        for number in numbers:
            yield self._found[problem.id][number]

    def numbers(self, problem: Problem) -> list[int]:
        """Which samples of a problem there are."""
        return sorted(self._found.get(problem.id, ()))


def _sound(text: str) -> str:
    """The text without lone surrogates, which no file holds."""
    return text.encode("utf-8", "replace").decode()
