"""``acrisol batch run`` with a solver that the test writes: going on, stopping, and files of others."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.batch import beside
from api.cli.batch_files import Results, look_through
from api.cli.batch_run import BatchRun, Tally
from api.cli.main import app
from models.errors import ModelUnavailable
from verifiers.domain import CodingTask, Outcome, OutcomeStatus
from verifiers.errors import InvalidInput, ToolError
from verifiers.registry import check_task
from worker.retry import RetryPolicy

SOLVED = Outcome(status=OutcomeStatus.SOLVED, reason="Done.")
Solve = Callable[[CodingTask, Callable[[], bool]], Outcome]


def solve(task: CodingTask, should_stop: Callable[[], bool]) -> Outcome:
    if task.instruction == "tool":
        raise ModelUnavailable("The model does not answer.", "Start it.")
    status = OutcomeStatus.EXHAUSTED if task.instruction == "exhausted" else OutcomeStatus.SOLVED
    return Outcome(status=status, reason="Done.")


class Batch:
    """An input file with its results."""

    def __init__(self, folder: Path, *instructions: str) -> None:
        self.tasks, self.output = folder / "tasks.jsonl", folder / "out.jsonl"
        self.errors = beside(self.output)
        lines = [
            json.dumps({"custom_id": f"n{number}", "instruction": text}) if text else "{"
            for number, text in enumerate(instructions)
        ]
        self.tasks.write_text("\n".join(lines) + "\n")

    def run(self, solver: Solve = solve, concurrency: int = 1, on_line: Any = lambda tally: None) -> Tally:
        todo = look_through(self.tasks, check_task)
        policy = RetryPolicy(tool_failures=2, first_delay_s=0)
        with Results(self.output, self.errors, todo) as results:
            run = BatchRun(
                self.tasks, todo, results, solver, check_task, concurrency=concurrency, policy=policy
            )
            run.run(on_line)
            return run.tally

    def told(self, path: Path) -> list[Any]:
        return [json.loads(line) for line in path.read_text().splitlines()]

    @property
    def ids(self) -> list[str]:
        lines = self.told(self.output) + self.told(self.errors)
        return sorted(line["custom_id"] or str(line["error"]["line"]) for line in lines)


def test_every_line_comes_out_once_and_a_second_run_does_nothing(tmp_path: Path) -> None:
    batch = Batch(tmp_path, "a", "exhausted", "", "tool", "b")
    assert batch.run(concurrency=3) == Tally(solved=2, not_solved=1, failed=1)
    assert batch.ids == ["3", "n0", "n1", "n3", "n4"]
    errors = {line["error"]["code"] for line in batch.told(batch.errors)}
    assert errors == {"invalid_json", "task_failed"}
    before = batch.output.read_bytes(), batch.errors.read_bytes()
    assert batch.run() == Tally()
    assert (batch.output.read_bytes(), batch.errors.read_bytes()) == before


@pytest.mark.parametrize("cut", [1, 7, 30, 200])
def test_a_line_that_was_not_written_to_its_end_is_done_again(tmp_path: Path, cut: int) -> None:
    batch = Batch(tmp_path, "a", "b", "c")
    batch.run()
    batch.output.write_bytes(batch.output.read_bytes()[:-cut])
    assert batch.run() == Tally(solved=1)
    assert batch.ids == ["n0", "n1", "n2"]


@pytest.mark.parametrize(
    "held", ["notes", '{"custom_id": "n0"}\n', '{"custom_id": "x", "error": null}\n', "\n"]
)
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, held: str) -> None:
    batch = Batch(tmp_path, "a")
    batch.output.write_text(held)
    with pytest.raises(InvalidInput, match="something else"):
        batch.run()
    assert batch.output.read_text() == held


def test_the_input_is_not_overwritten(tmp_path: Path) -> None:
    batch = Batch(tmp_path, "a")
    before = batch.tasks.read_text()
    batch.output = batch.tasks
    with pytest.raises(InvalidInput):
        batch.run()
    assert batch.tasks.read_text() == before


def test_two_runs_do_not_write_the_same_file(tmp_path: Path) -> None:
    batch = Batch(tmp_path, "a")

    def meanwhile(task: CodingTask, should_stop: Callable[[], bool]) -> Outcome:
        with pytest.raises(InvalidInput, match="another run"):
            batch.run()
        return SOLVED

    assert batch.run(meanwhile) == Tally(solved=1)


def test_where_nothing_works_any_more_the_run_stops_and_the_lines_are_not_done(tmp_path: Path) -> None:
    batch = Batch(tmp_path, "a", *["tool"] * 10)
    with pytest.raises(ToolError, match=r"5 lines in a row failed: The model does not answer\."):
        batch.run()
    assert batch.ids == ["n0"]
    assert batch.run(lambda task, should_stop: SOLVED) == Tally(solved=10)
    alone = Batch(tmp_path / "..", "tool")
    alone.output = tmp_path / "alone.jsonl"
    with pytest.raises(ToolError, match="A line failed"):
        alone.run()
    assert alone.output.read_bytes() == b""


def test_an_interrupted_run_stops_its_tasks_and_goes_on_later(tmp_path: Path) -> None:
    batch = Batch(tmp_path, *"cabdef")
    stopped = threading.Event()

    def slow(task: CodingTask, should_stop: Callable[[], bool]) -> Outcome:
        if task.instruction != "c":
            return SOLVED
        while not should_stop():
            stopped.wait(0.01)
        stopped.set()
        return Outcome(status=OutcomeStatus.CANCELLED, reason="Told to stop.")

    def interrupt(tally: Tally) -> None:
        if tally.ended == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run(slow, 2, interrupt)
    assert stopped.is_set()
    done = batch.ids
    assert {"n1", "n2"} <= set(done)
    assert "n0" not in done
    assert batch.run().solved == 6 - len(done)
    assert batch.ids == [f"n{number}" for number in range(6)]


def test_an_input_without_lines_is_told(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    with pytest.raises(InvalidInput, match="no lines"):
        batch.run()
    with pytest.raises(InvalidInput, match="cannot be read"):
        look_through(tmp_path / "nowhere", check_task)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("submit", "tasks.jsonl", "--server", "http://127.0.0.1:1"), "does not answer"),
        (("submit", "nowhere.jsonl", "--server", "http://127.0.0.1:1"), "cannot be read"),
        (("status", "../../keys"), "is no id"),
        (("status", "batch_1", "--server", "nonsense"), "Check --server"),
        (("run", "nowhere.jsonl", "-o", "out.jsonl"), "cannot be read"),
        (("run", "tasks.jsonl", "-o", "nowhere/out.jsonl"), "cannot be written"),
        (("run", "tasks.jsonl", "-o", "tasks.jsonl"), "something else"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "tasks.jsonl").write_text('{"custom_id": "a", "instruction": "x"}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACRISOL_API_KEY", "secret-of-mine")
    result = CliRunner().invoke(app, ["batch", *arguments])
    assert result.exit_code in (2, 3)
    assert said in result.output
    assert "secret-of-mine" not in result.output
