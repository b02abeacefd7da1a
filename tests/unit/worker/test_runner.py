from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from models.errors import ModelUnavailable
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus
from verifiers.errors import InvalidInput
from worker.errors import StoreUnavailable
from worker.retry import RetryPolicy
from worker.runner import JobRunner
from worker.states import JobState
from worker.store import claims, events, jobs
from worker.store.database import Database

SOLVED = Outcome(status=OutcomeStatus.SOLVED, reason="It passed.")
CANCELLED = Outcome(status=OutcomeStatus.CANCELLED, reason="Told to stop.")

Solve = Callable[[Callable[[Event], None], Callable[[], bool]], Outcome]


class FunctionSolver:
    """A solver that is one function of its two callbacks."""

    def __init__(self, solve: Solve) -> None:
        self._solve = solve
        self.task_ids: list[str] = []
        self.forgotten: list[str] = []
        self.closed = 0

    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> Outcome:
        self.task_ids.append(task_id)
        return self._solve(on_event, should_stop)

    def forget(self, task_id: str) -> None:
        self.forgotten.append(task_id)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def job_id(database: Database, task: CodingTask) -> str:
    return jobs.submit(database, task, 5).id


def no_auditor() -> NoReturn:
    raise AssertionError("a task needs no auditor")


def runner_for(
    database: Database,
    solver: FunctionSolver,
    stopping: Callable[[], bool] = lambda: False,
    abandon: Callable[[], None] = lambda: None,
    overrun_s: float = 600.0,
    lease_s: float = 0.2,
) -> JobRunner:
    return JobRunner(
        database,
        lambda: solver,
        no_auditor,
        worker="w",
        lease_s=lease_s,
        overrun_s=overrun_s,
        policy=RetryPolicy(tool_failures=3, first_delay_s=0),
        stopping=stopping,
        abandon=abandon,
    )


def raising(error: Exception) -> Solve:
    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        raise error

    return solve


def until(should_stop: Callable[[], bool]) -> Outcome:
    deadline = time.monotonic() + 10
    while not should_stop():
        assert time.monotonic() < deadline, "nobody said stop"
        time.sleep(0.005)
    return CANCELLED


def test_a_result_is_written_once_the_database_answers_again(
    database: Database, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, refused = claims.finish, iter([True, True, False])

    def sometimes(*arguments: Any) -> bool:
        if next(refused):
            raise StoreUnavailable("The job database failed.", "Wait.")
        return finish(*arguments)

    monkeypatch.setattr(claims, "finish", sometimes)
    runner_for(database, FunctionSolver(lambda _event, _stop: SOLVED), lease_s=30).run()
    job = jobs.get(database, job_id)
    assert (job.outcome, job.deliveries) == (SOLVED, 1)


def test_a_job_is_run_with_its_id_and_ends_with_one_terminal_event(database: Database, job_id: str) -> None:
    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        on_event(Event(kind="verdict", attempt=1))
        on_event(Event(kind="outcome"))
        return SOLVED

    solver = FunctionSolver(solve)
    runner = runner_for(database, solver)
    runner.run()
    assert solver.task_ids == [job_id]
    assert solver.forgotten == [job_id]
    assert jobs.get(database, job_id).outcome == SOLVED
    kinds = [event.event.kind for event in events.read(database, job_id).events]
    assert kinds == ["started", "verdict", "outcome"]
    runner.close()
    runner.close()
    assert solver.closed == 1


def test_a_message_that_comes_twice_runs_the_job_once(database: Database, job_id: str) -> None:
    solver = FunctionSolver(lambda on_event, should_stop: SOLVED)
    runner = runner_for(database, solver)
    runner.run()
    runner.run()
    assert solver.task_ids == [job_id]


def test_a_broken_tool_is_tried_again_and_then_told(database: Database, job_id: str) -> None:
    error = ModelUnavailable("The model does not answer.", "Start it.")
    solver = FunctionSolver(raising(error))
    runner = runner_for(database, solver)
    runner.run()  # there is no pause between the tries, so the same message takes it three times
    job = jobs.get(database, job_id)
    assert job.state is JobState.ERROR
    assert job.error == "The model does not answer. Start it. (Tried 3 times.)"
    assert (len(solver.task_ids), solver.forgotten) == (3, [job_id])


def test_bad_input_is_an_error_at_once(database: Database, job_id: str) -> None:
    error = InvalidInput("tests.files.0.content", "does not parse: line 3")
    runner_for(database, FunctionSolver(raising(error))).run()
    job = jobs.get(database, job_id)
    assert job.state is JobState.ERROR
    assert job.error == "tests.files.0.content: does not parse: line 3"


def test_a_mistake_in_the_program_ends_in_an_error_without_its_text(database: Database, job_id: str) -> None:
    runner = runner_for(database, FunctionSolver(raising(KeyError("secret"))))
    for _ in range(3):
        with pytest.raises(KeyError):
            runner.run()
    job = jobs.get(database, job_id)
    assert job.state is JobState.ERROR
    assert job.error is not None
    assert "KeyError" in job.error
    assert "secret" not in job.error


def test_a_solver_that_cannot_be_built_is_a_broken_tool(database: Database, job_id: str) -> None:
    def build() -> FunctionSolver:
        raise ModelUnavailable("There is no model.", "Install one.")

    runner = JobRunner(
        database,
        build,
        no_auditor,
        worker="w",
        lease_s=30,
        overrun_s=60,
        policy=RetryPolicy(tool_failures=1),
        stopping=lambda: False,
        abandon=lambda: None,
    )
    runner.run()
    assert jobs.get(database, job_id).error == "There is no model. Install one. (Tried 1 times.)"


def test_a_long_job_keeps_its_lease(database: Database, job_id: str, clock: object) -> None:
    renewed: list[float] = []

    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        for _ in range(3):
            with database.begin() as connection:
                renewed.append(connection.exec_driver_sql("SELECT lease_until FROM jobs").scalar_one())
            clock.turn(1)  # type: ignore[attr-defined]
            time.sleep(0.15)
        return SOLVED

    runner_for(database, FunctionSolver(solve)).run()
    assert renewed[0] < renewed[1] < renewed[2]


def test_a_cancelled_job_stops_and_ends_cancelled(database: Database, job_id: str) -> None:
    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        jobs.cancel(database, job_id)
        return until(should_stop)

    runner_for(database, FunctionSolver(solve)).run()
    job = jobs.get(database, job_id)
    assert (job.state, job.outcome) == (JobState.CANCELLED, CANCELLED)


def test_a_worker_that_shuts_down_gives_its_job_back(database: Database, job_id: str) -> None:
    stop = threading.Event()

    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        stop.set()
        return until(should_stop)

    solver = FunctionSolver(solve)
    runner = runner_for(database, solver, stopping=stop.is_set)
    runner.run()
    assert solver.forgotten == [], "the next worker goes on from the checkpoint"
    assert jobs.get(database, job_id).state is JobState.QUEUED
    runner.run()
    assert jobs.get(database, job_id).deliveries == 1, "a worker that shuts down takes nothing new"


def test_a_worker_that_lost_its_lease_stops_and_its_result_is_not_used(
    database: Database, job_id: str
) -> None:
    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        with database.begin() as connection:  # what a sweeper and another worker would have done
            connection.exec_driver_sql("UPDATE jobs SET token = token + 1")
        until(should_stop)
        return SOLVED

    runner_for(database, FunctionSolver(solve)).run()
    job = jobs.get(database, job_id)
    assert (job.state, job.outcome) == (JobState.RUNNING, None)


def test_a_hung_job_ends_its_process(database: Database) -> None:
    abandoned = threading.Event()

    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        assert abandoned.wait(10)
        return SOLVED

    task = CodingTask.model_validate({"instruction": "Hang.", "budget": {"seconds": 0.1}})
    jobs.submit(database, task, 5)
    runner_for(database, FunctionSolver(solve), abandon=abandoned.set, overrun_s=0.1).run()
    assert abandoned.is_set()


def test_an_event_that_cannot_be_stored_does_not_stop_the_job(database: Database, job_id: str) -> None:
    def solve(on_event: Callable[[Event], None], should_stop: Callable[[], bool]) -> Outcome:
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE events RENAME TO gone")
        on_event(Event(kind="verdict"))
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO events")
        return SOLVED

    runner_for(database, FunctionSolver(solve), lease_s=30).run()
    assert jobs.get(database, job_id).state is JobState.SOLVED
