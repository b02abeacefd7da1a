"""All verifiers over one candidate, in the order of their stages."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from verifiers.domain import Candidate, CodingTask, Status, Verdict
from verifiers.policy import in_force
from verifiers.reports.normalise import normalised
from verifiers.verifier import Stage, Verifier


def verify_candidate(
    task: CodingTask,
    candidate: Candidate,
    verifiers: Sequence[Verifier],
    on_verdict: Callable[[Verdict], None] = lambda verdict: None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Verdict, ...]:
    """Judge one candidate by every verifier that applies to the task.

    A candidate that does not pass the screen (it does not parse or compile) goes no further: the later
    stages could say nothing about it. Otherwise all stages run, also after one has failed, so that a person
    sees everything at once.

    Args:
        task: What was asked for; ``task.budget.seconds`` is the time for all verifiers together.
        candidate: What is judged.
        verifiers: In any order.
        on_verdict: Called as each verdict comes in.
        clock: Seconds, monotonic.

    Raises:
        ToolError: a tool is missing or broken.
    """
    end = clock() + task.budget.seconds
    task = in_force(task)
    verdicts: list[Verdict] = []
    screened_out = False
    for verifier in sorted(verifiers, key=lambda verifier: verifier.stage):
        if not verifier.applies_to(task) or (screened_out and verifier.stage > Stage.SCREEN):
            continue
        verdict = normalised(verifier.verify(task, candidate, max(end - clock(), 1.0)), candidate.files)
        verdicts.append(verdict)
        on_verdict(verdict)
        screened_out |= verifier.stage is Stage.SCREEN and verdict.status is not Status.PASSED
    return tuple(verdicts)
