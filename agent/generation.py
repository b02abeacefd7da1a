"""One round of samples from the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.budget import Stopwatch, room_for
from agent.extraction import Extraction, Found, Wanted, extract
from agent.extraction.cleaning import clean
from agent.feedback import unusable
from agent.parallel import OutOfPatience, in_threads
from agent.sampling import Draw, Schedule
from models.chat import ChatModel, Completion, Completions, Message
from models.errors import ModelUnavailable
from verifiers.domain import Attempt, Candidate, CodingTask, Sampling, SourceFile, Usage, Value, digest

_KEPT_CHARS = 4_000  # of an answer without code
_OVERRUN_S = 15.0


class Round(Value):
    """What the model gave: attempts that are not judged yet, and what they cost."""

    attempts: tuple[Attempt, ...]
    usage: Usage


class Generator:
    """Asks the model.

    Args:
        model: Whom to ask.
        schedule: How to draw.
        timeout_s: Wall-clock seconds a request may take; less where the task's time is shorter.
    """

    def __init__(self, model: ChatModel, schedule: Schedule, timeout_s: float) -> None:
        self._model = model
        self._schedule = schedule
        self._timeout_s = timeout_s

    def round(
        self,
        task: CodingTask,
        wanted: Wanted,
        messages: Sequence[Message],
        number: int,
        usage: Usage,
        stopwatch: Stopwatch,
        should_stop: Callable[[], bool],
        *,
        fresh: bool,
    ) -> Round | None:
        """Draw one round of samples.

        Args:
            task: What was asked for.
            wanted: What answers should hold.
            messages: The conversation.
            number: The round, from 1.
            usage: Spent before.
            stopwatch: The task's time.
            should_stop: Asked while waiting.
            fresh: The model starts over.

        Returns:
            The round; None where the budget has no room for another, or ended while the model was working.

        Raises:
            ModelUnavailable: no sample could be had.
            Stopped: the caller wants no more.
        """
        chars = sum(len(message.content) for message in messages)
        room = room_for(task.budget, usage, chars, self._schedule.max_tokens, task.budget.samples)
        if not room.samples or stopwatch.is_over:
            return None
        prompt = digest("\x00".join(f"{message.role}\x00{message.content}" for message in messages))
        attempts: list[Attempt] = []
        spent = Usage()
        for draw in self._schedule.draws(task.digest, number, room.samples, room.max_tokens, fresh=fresh):
            missing = room.samples - len(attempts)
            if missing <= 0:
                break  # a server may answer one request with all samples
            try:
                answer = self._ask(messages, draw, stopwatch, should_stop)
            except ModelUnavailable:
                if attempts:
                    break
                if stopwatch.is_over:
                    return None
                raise
            spent += answer.usage
            for sample in answer.samples[:missing]:
                attempts.append(
                    self._attempt(sample, wanted, draw.sampling, prompt, number, len(attempts) + 1)
                )
        return Round(attempts=tuple(attempts), usage=spent)

    def _ask(
        self, messages: Sequence[Message], draw: Draw, stopwatch: Stopwatch, should_stop: Callable[[], bool]
    ) -> Completions:
        timeout_s = max(min(self._timeout_s, stopwatch.left_s), 0.1)

        def call() -> Completions:
            return self._model.complete(messages, draw.sampling, draw.samples, timeout_s)

        try:
            ((_, answer),) = in_threads([call], 1, timeout_s + _OVERRUN_S, should_stop)
        except OutOfPatience as error:
            raise ModelUnavailable(
                f"The model did not answer within {timeout_s:.0f} s.", "Try again, or use a faster model."
            ) from error
        return answer

    def _attempt(
        self, sample: Completion, wanted: Wanted, sampling: Sampling, prompt: str, number: int, place: int
    ) -> Attempt:
        extraction = extract(sample.text, wanted, sample.finish_reason)
        usable = extraction.found is Found.FILES
        candidate = Candidate(
            files=extraction.files if usable else (kept_text(sample.text, extraction),),
            model=self._model.name,
            sampling=sampling,
            prompt_digest=prompt,
        )
        verdicts = () if usable else (unusable(extraction, sample.finish_reason),)
        return Attempt(number=number, sample=place, candidate=candidate, verdicts=verdicts)


def kept_text(text: str, extraction: Extraction) -> SourceFile:
    """The beginning of an answer without code, as a text file, so that a person can see what it was."""
    cleaned, _ = clean(text[: 2 * _KEPT_CHARS])
    return SourceFile(path="answer.txt", content=cleaned[:_KEPT_CHARS] or extraction.reason)
