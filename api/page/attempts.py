"""What is known of a task's attempts, from its events while it runs and from its outcome at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.page.code import compared, listings
from verifiers.domain import Attempt, Candidate, Event, Language, Outcome, Status, Value, Verdict
from worker.store.records import JobEvent


class Progress:
    """Attempts as they happen: takes a job's events in order, a few at a time."""

    def __init__(self) -> None:
        self.after = 0  # the last event that was taken
        self.round = 0
        self._attempts: dict[tuple[int, int], Attempt] = {}

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """In order."""
        return tuple(self._attempts[place] for place in sorted(self._attempts))

    def take(self, events: Iterable[JobEvent]) -> None:
        """Read on."""
        for item in events:
            self.after = item.seq
            self._take(item.event)

    def _take(self, event: Event) -> None:
        place = (event.attempt, event.sample)
        known = self._attempts.get(place)
        match event.kind:
            case "attempt_started":
                self.round = event.attempt
            case "candidate":
                candidate = Candidate.model_validate(event.data)
                if known is None or known.candidate != candidate:
                    self._attempts[place] = Attempt(
                        number=event.attempt, sample=event.sample, candidate=candidate
                    )
            case "verdict" if known is not None:
                verdict = Verdict.model_validate(event.data)
                # A worker that goes on after another's death may judge again.
                others = tuple(each for each in known.verdicts if each.verifier != verdict.verifier)
                self._attempts[place] = known.model_copy(update={"verdicts": (*others, verdict)})
            case "feedback" if known is not None:
                self._attempts[place] = known.model_copy(update={"feedback": str(event.data.get("text", ""))})


class Choice(Value):
    """Which attempt somebody wants to see, and beside which; ``2.1`` is the first sample of round 2."""

    attempt: str = ""
    against: str = ""


def name_of(attempt: Attempt) -> str:
    """``2.1``: the first sample of round 2."""
    return f"{attempt.number}.{attempt.sample}"


def view(
    attempts: Sequence[Attempt], outcome: Outcome | None, language: Language, choice: Choice
) -> dict[str, object]:
    """What the templates show of some attempts: all in a table, one whole, and its difference to another."""
    named = {name_of(attempt): attempt for attempt in attempts}
    solution = outcome.solution if outcome else None
    chosen = named.get(choice.attempt) or solution or _most_promising(attempts)
    against = named.get(choice.against)
    files, elsewhere = listings(chosen.candidate, chosen.verdicts, language) if chosen else ((), ())
    return {
        "attempts": attempts,
        "verifiers": tuple(dict.fromkeys(each.verifier for one in attempts for each in one.verdicts)),
        "chosen": chosen,
        "before": _before(attempts, chosen),
        "against": against,
        "files": files,
        "elsewhere": elsewhere,
        "comparison": compared(against.candidate, chosen.candidate, language) if against and chosen else None,
        "name_of": name_of,
        "status_of": status_of,
    }


def status_of(attempt: Attempt, verifier: str) -> Status | None:
    """What a verifier said of an attempt; None if it was not asked."""
    return next((each.status for each in attempt.verdicts if each.verifier == verifier), None)


def _most_promising(attempts: Sequence[Attempt]) -> Attempt | None:
    """Of the last round the one with the fewest verdicts against it."""
    last = [attempt for attempt in attempts if attempt.number == attempts[-1].number] if attempts else []
    return min(last, key=_against, default=None)


def _against(attempt: Attempt) -> tuple[int, int]:
    passed = sum(verdict.status is Status.PASSED for verdict in attempt.verdicts)
    return len(attempt.verdicts) - passed, -passed


def _before(attempts: Sequence[Attempt], chosen: Attempt | None) -> Attempt | None:
    """What an attempt is best compared with: the last one whose faults the model was told of."""
    earlier = [each for each in attempts if chosen is not None and each.number < chosen.number]
    told = [each for each in earlier if each.feedback] or earlier
    return told[-1] if told else None
