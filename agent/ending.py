"""When a task is over, and what is said about it."""

from __future__ import annotations

from collections.abc import Sequence

from agent.budget import Stopwatch, room_for
from agent.feedback import has_code, is_refusal
from agent.quoting import one_line
from agent.select import best_passing, progress, stuck_on_tools
from agent.verification import Verification
from verifiers.domain import Attempt, CodingTask, Outcome, OutcomeStatus, Status, Usage, Value

ACCEPT, FEED_BACK, GIVE_UP = "accept", "feed_back", "give_up"


class Step(Value):
    """Where the loop goes.

    Attributes:
        next: ``accept``, ``feed_back`` or ``give_up``.
        reason: One sentence, where it ends.
        chosen: Index of the accepted attempt, else -1.
    """

    next: str
    reason: str = ""
    chosen: int = -1


def next_step(
    task: CodingTask,
    attempts: Sequence[Attempt],
    number: int,
    usage: Usage,
    verification: Verification,
    stopwatch: Stopwatch,
    *,
    ran_dry: bool,
) -> Step:
    """Decide after a round.

    Args:
        task: What was asked for.
        attempts: Of all rounds.
        number: The round, from 1.
        usage: Tokens spent.
        verification: Knows what is acceptable.
        stopwatch: The task's time.
        ran_dry: The round gave no sample, because the budget had no room for one.
    """
    accepted = [attempt for attempt in attempts if verification.accepts(attempt.verdicts)]
    if accepted:
        best = best_passing(accepted)
        reason = verification.decide(best.verdicts).reason
        return Step(next=ACCEPT, chosen=list(attempts).index(best), reason=reason)
    if attempts and all(map(is_refusal, attempts)):
        return Step(next=GIVE_UP, reason="The model declined to write this code.")
    undecided = _undecided(attempts, verification)
    if undecided and (not verification.looks_deep or stuck_on_tools(undecided)):
        return Step(next=GIVE_UP, reason="Other code would not be easier to check.")
    over = _what_is_over(task, number, usage, stopwatch, ran_dry=ran_dry)
    return Step(next=GIVE_UP, reason=over) if over else Step(next=FEED_BACK)


def ended(
    task: CodingTask,
    attempts: Sequence[Attempt],
    usage: Usage,
    spent_s: float,
    verification: Verification,
    *,
    chosen: int,
    reason: str,
) -> Outcome:
    """The outcome of a task whose loop is over."""
    undecided = _undecided(attempts, verification)
    solution = attempts[chosen] if chosen >= 0 else None
    if solution is not None:
        status = OutcomeStatus.SOLVED
    elif attempts and all(map(is_refusal, attempts)):
        status = OutcomeStatus.REFUSED
    elif undecided:
        status = OutcomeStatus.NEEDS_REVIEW
        reason = f"{reason} {_for_review(best_passing(undecided), verification)}"
    else:
        status = OutcomeStatus.EXHAUSTED
        reason = f"{reason} {_best_so_far(attempts, verification)}".strip()
    return Outcome(
        status=status,
        reason=reason,
        solution=solution,
        attempts=tuple(attempts),
        tests="given" if task.tests else "none given",
        usage=usage,
        duration_s=spent_s,
    )


def cancelled(task: CodingTask, attempts: Sequence[Attempt], usage: Usage, spent_s: float) -> Outcome:
    """The outcome of a task that was stopped from outside."""
    return Outcome(
        status=OutcomeStatus.CANCELLED,
        reason="The task was stopped before its end.",
        attempts=tuple(attempts),
        tests="given" if task.tests else "none given",
        usage=usage,
        duration_s=spent_s,
    )


def _undecided(attempts: Sequence[Attempt], verification: Verification) -> list[Attempt]:
    """Attempts that only a person can decide on: nothing speaks against them, but not enough for them."""
    found = []
    for attempt in attempts:
        decision = verification.decide(attempt.verdicts)
        clean_but_shallow = decision.accepted and not verification.looks_deep
        nothing_applies = not verification.names and has_code(attempt)
        if decision.undecided or clean_but_shallow or nothing_applies:
            found.append(attempt)
    return found


def _what_is_over(task: CodingTask, number: int, usage: Usage, stopwatch: Stopwatch, *, ran_dry: bool) -> str:
    budget = task.budget
    if stopwatch.is_over:
        return f"The budget of {budget.seconds:g} seconds is used up."
    if ran_dry or not room_for(budget, usage, len(task.instruction), 1, 1).samples:
        return f"The budget of {budget.tokens:,} tokens is used up."
    if number >= budget.attempts:
        return f"The budget of {budget.attempts} attempts is used up."
    return ""


def _for_review(attempt: Attempt, verification: Verification) -> str:
    where = f"Attempt {attempt.number}, sample {attempt.sample} has nothing against it"
    if not verification.looks_deep:
        return f"{where}, but no verifier that looks deeper than its syntax applies to this task."
    open_ones = [verdict for verdict in attempt.verdicts if verdict.status is not Status.PASSED]
    what = "; ".join(f"{verdict.verifier}: {one_line(verdict.summary, 200)}" for verdict in open_ones)
    return f"{where}, but could not be checked completely ({what}): a person has to decide."


def _best_so_far(attempts: Sequence[Attempt], verification: Verification) -> str:
    with_code = [attempt for attempt in attempts if has_code(attempt)]
    if not with_code:
        said = sorted({verdict.summary for attempt in attempts for verdict in attempt.verdicts})
        return f"No answer held usable code: {one_line(' '.join(said), 200)}" if said else ""
    best = max(with_code, key=lambda attempt: progress(attempt, verification.stages))
    against = [verdict for verdict in best.verdicts if verdict.status is not Status.PASSED]
    if not against:
        return f"Attempt {best.number}, sample {best.sample} was not checked to the end."
    held = against[0]
    return (
        f"The best attempt was {best.number}, sample {best.sample}: "
        f"{held.verifier} {held.status.value}: {one_line(held.summary, 200)}"
    )
