from __future__ import annotations

import pytest

from verifiers.domain import OutcomeStatus
from worker.retry import RetryPolicy
from worker.states import TERMINAL, TRANSITIONS, JobState, state_of, step


def test_every_outcome_is_a_terminal_state() -> None:
    without = {JobState.ERROR, JobState.AUDITED, JobState.DEAD}
    assert {state_of(status) for status in OutcomeStatus} == TERMINAL - without


def test_nothing_follows_a_terminal_state_but_the_replay_of_a_dead_one() -> None:
    assert step(JobState.DEAD, JobState.QUEUED) == "queued"
    for source in TERMINAL - {JobState.DEAD}:
        for target in JobState:
            with pytest.raises(ValueError, match="cannot go"):
                step(source, target)


def test_every_state_has_its_transitions() -> None:
    assert set(TRANSITIONS) == set(JobState)


def test_a_queued_job_is_not_solved_without_being_run() -> None:
    with pytest.raises(ValueError, match="queued to solved"):
        step(JobState.QUEUED, JobState.SOLVED)


def test_delays_double_and_are_capped() -> None:
    policy = RetryPolicy(first_delay_s=2, longest_delay_s=10)
    assert [policy.delay_s(n) for n in (1, 2, 3, 4, 5000)] == [2, 4, 8, 10, 10]
