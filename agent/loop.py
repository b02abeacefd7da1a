"""The steps of one task's loop, free of any framework; ``agent.graph`` says in which order they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agent.budget import Stopwatch
from agent.ending import ended, next_step
from agent.errors import Stopped
from agent.extraction import Wanted
from agent.feedback import feedback_on, has_code
from agent.generation import Generator
from agent.prompts import PromptLimits, first_prompt, retry_prompt
from agent.select import attacks_before, failure_digest, promise, worth_feeding_back
from agent.state import LoopState, attempts_of, dumped, messages_of, usage_of
from agent.verification import Verification
from models.chat import Message
from verifiers.domain import Attempt, Candidate, CodingTask, Event, Verdict
from verifiers.verifier import Stage

Update = dict[str, Any]


class Loop:
    """One task on its way through the loop.

    Args:
        task: What was asked for.
        wanted: What answers should hold.
        generator: Asks the model.
        verification: Judges.
        stopwatch: The task's time.
        limits: How long prompts may be.
        on_event: Told what happens, while it happens.
        should_stop: Whether to end.
    """

    def __init__(
        self,
        task: CodingTask,
        wanted: Wanted,
        generator: Generator,
        verification: Verification,
        stopwatch: Stopwatch,
        *,
        limits: PromptLimits,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> None:
        self._task = task
        self._wanted = wanted
        self._generator = generator
        self._verification = verification
        self._stopwatch = stopwatch
        self._limits = limits
        self._on_event = on_event
        self._should_stop = should_stop

    @property
    def spent_s(self) -> float:
        """Wall-clock seconds spent on the task so far."""
        return self._stopwatch.spent_s

    def stop_if_asked(self) -> None:
        """Between two steps.

        Raises:
            Stopped: the caller wants no more.
        """
        if self._should_stop():
            raise Stopped

    def plan(self, state: LoopState) -> Update:
        """Write the first prompt."""
        return {"messages": _plain(first_prompt(self._task, self._wanted, self._limits))}

    def generate(self, state: LoopState) -> Update:
        """Draw a round of samples; code that was seen before is not judged again."""
        number = state["number"] + 1
        self._emit(Event(kind="attempt_started", attempt=number))
        drawn = self._generator.round(
            self._task,
            self._wanted,
            messages_of(state),
            number,
            usage_of(state),
            self._stopwatch,
            self._should_stop,
            fresh=state["fresh"],
        )
        if drawn is None:
            return {"number": number, "alive": [], "next": "select"}
        attempts = attempts_of(state)
        seen = {attempt.candidate.digest for attempt in attempts}
        alive = []
        for attempt in drawn.attempts:
            self._emit_value("candidate", attempt, attempt.candidate)
            for verdict in attempt.verdicts:
                self._emit_value("verdict", attempt, verdict)
            if has_code(attempt) and attempt.candidate.digest not in seen:
                alive.append(len(attempts))
            seen.add(attempt.candidate.digest)
            attempts.append(attempt)
        usage = usage_of(state) + drawn.usage
        return {
            "number": number,
            "attempts": dumped(attempts),
            "alive": alive,
            "usage": usage.model_dump_json(),
            "next": self._following(Stage.SCREEN, alive),
        }

    def check(self, stage: Stage, state: LoopState) -> Update:
        """Judge what is still in the running by one stage."""
        attempts = attempts_of(state)
        order = sorted(state["alive"], key=lambda place: promise(attempts[place]))
        found = self._verification.run(
            stage,
            {place: attempts[place].candidate for place in order},
            {place: attempts[place].verdicts for place in order},
            lambda place, verdict: self._emit_value("verdict", attempts[place], verdict),
            attacks_before(attempts, state["number"]),
        )
        alive = []
        for place, verdicts in found.items():
            verdicts_so_far = (*attempts[place].verdicts, *verdicts)
            attempts[place] = attempts[place].model_copy(update={"verdicts": verdicts_so_far})
            if not any(map(self._verification.speaks_against, verdicts)):
                alive.append(place)
        later = [each for each in Stage if each > stage]
        following = self._following(later[0], alive) if later else "select"
        return {"attempts": dumped(attempts), "alive": sorted(alive), "next": following}

    def select(self, state: LoopState) -> Update:
        """Decide what becomes of the round."""
        attempts = self._with_copied_verdicts(attempts_of(state), state["number"])
        step = next_step(
            self._task,
            attempts,
            state["number"],
            usage_of(state),
            self._verification,
            self._stopwatch,
            ran_dry=not any(attempt.number == state["number"] for attempt in attempts),
        )
        update = {"next": step.next, "reason": step.reason, "chosen": step.chosen}
        return {"attempts": dumped(attempts), "alive": [], **update}

    def feed_back(self, state: LoopState) -> Update:
        """Write the next prompt: what was wrong with the best attempt, or the task afresh."""
        attempts = attempts_of(state)
        answered = state["number"] if state["fed_back"] and not state["fresh"] else None
        attempt = worth_feeding_back(attempts, self._verification.stages, state["fed_back"], answered)
        if attempt is None:
            return {"messages": _plain(first_prompt(self._task, self._wanted, self._limits)), "fresh": True}
        text = feedback_on(self._task, attempt, self._limits.feedback)
        candidate = attempt.candidate if has_code(attempt) else None
        prompt = retry_prompt(self._task, self._wanted, self._limits, candidate, text)
        told = attempt.model_copy(update={"feedback": text})
        attempts[attempts.index(attempt)] = told
        data = {"text": text}
        self._emit(Event(kind="feedback", attempt=attempt.number, sample=attempt.sample, data=data))
        return {
            "messages": _plain(prompt),
            "fresh": False,
            "attempts": dumped(attempts),
            "fed_back": [*state["fed_back"], failure_digest(attempt)],
        }

    def end(self, state: LoopState) -> Update:
        """Write the outcome."""
        outcome = ended(
            self._task,
            attempts_of(state),
            usage_of(state),
            self.spent_s,
            self._verification,
            chosen=state["chosen"],
            reason=state["reason"],
        )
        # What only an unfinished loop needs goes: this state is kept until the caller forgets the task.
        return {"outcome": outcome.model_dump_json(), "messages": [], "attempts": [], "fed_back": []}

    def _following(self, first: Stage, alive: Sequence[int]) -> str:
        """The next stage, from ``first`` on, that has something to do."""
        stages = [stage for stage in Stage if stage >= first and self._verification.of(stage)]
        return stages[0].name.lower() if stages and alive else "select"

    def _with_copied_verdicts(self, attempts: list[Attempt], number: int) -> list[Attempt]:
        """Give a repeated candidate the verdicts that the first of its kind got."""
        verdicts: dict[str, tuple[Verdict, ...]] = {}
        for place, attempt in enumerate(attempts):
            known = verdicts.setdefault(attempt.candidate.digest, attempt.verdicts)
            if attempt.number == number and not attempt.verdicts and known:
                attempts[place] = attempt.model_copy(update={"verdicts": known})
                for verdict in known:
                    self._emit_value("verdict", attempt, verdict)
        return attempts

    def _emit_value(self, kind: str, attempt: Attempt, value: Candidate | Verdict) -> None:
        data = value.model_dump(mode="json")
        self._emit(Event(kind=kind, attempt=attempt.number, sample=attempt.sample, data=data))

    def _emit(self, event: Event) -> None:
        self._on_event(event)


def _plain(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]
