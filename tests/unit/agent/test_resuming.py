"""A loop that was broken off goes on after its last finished step."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from agent.errors import CheckpointFailed
from agent.graph import Checkpoints
from agent.solver import Solver
from tests.fakes import FakeClock, FunctionVerifier, ScriptedModel
from tests.postgres import Postgres, postgres
from tests.unit.agent.support import BAD, GOOD, always, holds, raising, task
from verifiers.domain import Candidate, OutcomeStatus, Status, Verdict
from verifiers.errors import InvalidInput, SandboxUnavailable
from verifiers.verifier import Stage

__all__ = ["postgres"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "sqlite":
        return tmp_path / "deep" / "checkpoints.sqlite"
    server: Postgres = request.getfixturevalue("postgres")
    return server.cleared()


def test_a_broken_tool_costs_no_second_model_call_and_no_second_run_of_the_tests(place: Path | str) -> None:
    model, tests = ScriptedModel([[GOOD]]), holds("a + b")
    broken = raising(lambda: SandboxUnavailable("none"), "scan", Stage.SCAN)
    with pytest.raises(SandboxUnavailable):
        Solver(model, [tests, broken], checkpoint_path=place).solve(task(), task_id="t")
    mended = Solver(model, [tests, always(Status.PASSED, "scan")], checkpoint_path=place)
    outcome = mended.solve(task(), task_id="t")
    assert outcome.status is OutcomeStatus.SOLVED
    assert [verdict.verifier for verdict in outcome.attempts[0].verdicts] == ["tests", "scan"]
    assert len(model.calls) == 1
    assert len(tests.seen) == 1


def test_a_finished_task_gives_its_outcome_again_until_it_is_forgotten(place: Path | str) -> None:
    first = Solver(ScriptedModel([[BAD], [GOOD]]), [holds("a + b")], checkpoint_path=place)
    outcome = first.solve(task(), task_id="t")
    again = Solver(ScriptedModel([]), [holds("a + b")], checkpoint_path=place)
    assert again.solve(task(), task_id="t") == outcome
    again.forget("t")
    again.forget("unknown")
    with pytest.raises(IndexError):  # the script is empty: the model was asked
        again.solve(task(), task_id="t")


def test_an_id_stands_for_one_task(place: Path | str) -> None:
    solver = Solver(ScriptedModel([[GOOD]]), [holds("a + b")], checkpoint_path=place)
    solver.solve(task(), task_id="t")
    with pytest.raises(InvalidInput, match="task_id"):
        solver.solve(task(attempts=2), task_id="t")


def test_a_stopped_task_goes_on_and_its_time_is_counted(place: Path | str) -> None:
    clock, model = FakeClock(0.0), ScriptedModel([[BAD], [GOOD]])

    def judge(candidate: Candidate) -> Verdict:
        clock.turn(40.0)
        return holds("a + b")._judge(candidate)

    solver = Solver(model, [FunctionVerifier(judge, "tests")], checkpoint_path=place, clock=clock)
    seen: list[str] = []

    def stop() -> bool:
        return "feedback" in seen

    stopped = solver.solve(
        task(), task_id="t", on_event=lambda event: seen.append(event.kind), should_stop=stop
    )
    assert stopped.status is OutcomeStatus.CANCELLED
    assert len(stopped.attempts) == 1
    clock.turn(1_000.0)  # nobody works on it: this does not count
    outcome = solver.solve(task(), task_id="t")
    assert outcome.status is OutcomeStatus.SOLVED
    assert outcome.duration_s == 80.0
    assert len(model.calls) == 2


def test_big_numbers_and_odd_text_survive_and_nothing_warns(place: Path | str) -> None:
    evidence = {"big": 10**40, "text": "\u2028 \x1b[1m \x00", "nested": [{"a": [1.5, None, True]}]}

    def judge(candidate: Candidate) -> Verdict:
        status = Status.PASSED if "a + b" in candidate.files[0].content else Status.FAILED
        return Verdict(verifier="tests", status=status, summary="s\x00", evidence=evidence)

    solver = Solver(ScriptedModel([[BAD], [GOOD]]), [FunctionVerifier(judge, "tests")], checkpoint_path=place)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = solver.solve(task(), task_id="t")
    assert outcome.attempts[0].verdicts[0].evidence == evidence
    assert Solver(ScriptedModel([]), [], checkpoint_path=place).solve(task(), task_id="t") == outcome


def test_a_server_that_was_started_again_is_connected_to_again(postgres: Postgres) -> None:
    place = postgres.cleared()
    solver = Solver(ScriptedModel([[GOOD], [GOOD], [GOOD]]), [holds("a + b")], checkpoint_path=place)
    assert solver.solve(task(), task_id="t").status is OutcomeStatus.SOLVED
    postgres.end_connections()
    with pytest.raises(CheckpointFailed, match="Postgres"):  # a worker tries such a job again
        solver.solve(task(), task_id="u")
    assert solver.solve(task(), task_id="u").status is OutcomeStatus.SOLVED
    solver.close()


def test_what_was_forgotten_is_not_on_the_disk(tmp_path: Path) -> None:
    file = tmp_path / "checkpoints.sqlite"

    def on_disk() -> bool:
        return any(b"return a + b" in part.read_bytes() for part in tmp_path.iterdir())

    Solver(ScriptedModel([[GOOD]]), [holds("a + b")], checkpoint_path=file).solve(task(), task_id="t")
    assert on_disk()
    Checkpoints(file).forget("t", purge=True)
    assert not on_disk()


def test_a_checkpoint_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.sqlite"
    garbage.write_bytes(b"this is not a database" * 100)
    for path in (garbage, tmp_path, garbage / "below-a-file" / "c.sqlite"):
        with pytest.raises(CheckpointFailed, match="checkpoint file"):
            Solver(ScriptedModel([[GOOD]]), [holds("a + b")], checkpoint_path=path).solve(task())
