"""A batch's life with jobs that the test ends by itself, and runners that die anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.fakes import FakeClock
from verifiers.domain import CodingTask, Outcome, OutcomeStatus
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.batches import runner as runners
from worker.batches.lines import Endpoint
from worker.batches.runner import BatchRunner
from worker.errors import Conflict, NotFound, TooManyJobs
from worker.store import files
from worker.store.access import audit_log, keys
from worker.store.access.values import KeyRequest
from worker.store.batches import batches
from worker.store.batches.values import Batch, BatchState
from worker.store.database import Database
from worker.store.jobs import BATCH
from worker.store.schema import batch_lines, jobs, webhook_deliveries
from worker.store.text import to_json
from worker.store.webhooks import endpoints

OWNER = Caller(tenant="team")
SOLVED = Outcome(status=OutcomeStatus.SOLVED, reason="Done.")


def no_tools(task: CodingTask) -> None:
    if "forbidden" in task.instruction:
        raise InvalidInput("instruction", "asks for something forbidden.")


def plain(name: str, instruction: str = "solve") -> str:
    return json.dumps({"custom_id": name, "instruction": instruction})


def upload(database: Database, *lines: str) -> str:
    return files.store(database, ["\n".join(lines).encode()], "tasks.jsonl", OWNER).id


def create(database: Database, *lines: str, endpoint: Endpoint = Endpoint.TASKS) -> str:
    return batches.create(database, upload(database, *lines), endpoint, {}, OWNER).id


def queued(database: Database) -> list[str]:
    with database.begin() as connection:
        return list(connection.execute(select(jobs.c.id).where(jobs.c.state == "queued")).scalars())


def end_jobs(database: Database, **values: Any) -> int:
    """What workers do with everything that is queued."""
    given = {"state": "solved", "outcome": to_json(SOLVED), "finished_at": database.clock()} | values
    with database.begin() as connection:
        return connection.execute(update(jobs).where(jobs.c.state == "queued").values(given)).rowcount


def finish(database: Database, runner: BatchRunner, batch_id: str) -> Batch:
    for _ in range(1000):
        runner.round()
        end_jobs(database)
        batch = batches.get(database, batch_id)
        if batch.state.ended:
            return batch
    raise AssertionError("it does not end")


def told(database: Database, file_id: str | None) -> list[Any]:
    if file_id is None:
        return []
    length = files.get(database, file_id).bytes
    data = b"".join(files.content(database, file_id))
    assert len(data) == length
    return [json.loads(line) for line in data.splitlines()]


def ids(database: Database, batch: Batch) -> list[str]:
    lines = told(database, batch.output_file_id) + told(database, batch.error_file_id)
    return sorted(line["custom_id"] for line in lines if line["custom_id"] is not None)


@pytest.fixture
def runner(database: Database) -> BatchRunner:
    return BatchRunner(database, no_tools, window=3)


def test_a_batch_goes_from_lines_to_results(
    database: Database, runner: BatchRunner, clock: FakeClock
) -> None:
    batch_id = create(database, plain("b"), "", "{", plain("a"), plain("b"), plain("c", "forbidden"))
    assert batches.get(database, batch_id).state is BatchState.VALIDATING
    assert runner.round()
    batch = batches.get(database, batch_id)
    assert (batch.state, batch.total, batch.failed) == (BatchState.IN_PROGRESS, 5, 3)
    runner.round()
    assert batches.get(database, batch_id).output_file_id is None
    with database.begin() as connection:
        rows = connection.execute(select(jobs)).all()
    assert {(row.priority, row.tenant, row.deadline_at) for row in rows} == {
        (BATCH, "team", clock.now + batches.WINDOW_S)
    }
    batch = finish(database, runner, batch_id)
    assert (batch.state, batch.total, batch.completed, batch.failed) == (BatchState.COMPLETED, 5, 2, 3)
    output = told(database, batch.output_file_id)
    assert [line["custom_id"] for line in output] == ["b", "a"]
    assert {line["response"]["status_code"] for line in output} == {200}
    assert output[0]["response"]["body"]["outcome"]["reason"] == "Done."
    errors = told(database, batch.error_file_id)
    assert [(line["custom_id"], line["error"]["line"], line["error"]["code"]) for line in errors] == [
        (None, 3, "invalid_json"),
        (None, 5, "duplicate_custom_id"),
        ("c", 6, "invalid_body"),
    ]


def test_a_chat_is_answered_as_a_chat(database: Database, runner: BatchRunner) -> None:
    body = {"model": "acrisol", "messages": [{"role": "user", "content": "hi"}]}
    chat = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body}
    other = {"custom_id": "b", "method": "POST", "url": "/v1/tasks", "body": {"instruction": "x"}}
    batch_id = create(database, json.dumps(chat), json.dumps(other), endpoint=Endpoint.CHAT)
    batch = finish(database, runner, batch_id)
    (line,) = told(database, batch.output_file_id)
    assert (line["response"]["body"]["object"], line["response"]["body"]["model"]) == (
        "chat.completion",
        "acrisol",
    )
    (line,) = told(database, batch.error_file_id)
    assert (line["custom_id"], line["error"]["code"]) == ("b", "invalid_url")


def test_no_more_than_the_window_is_queued(database: Database, runner: BatchRunner) -> None:
    create(database, *(plain(str(number)) for number in range(10)))
    for _ in range(5):
        runner.round()
    assert len(queued(database)) == 3
    assert end_jobs(database) == 3
    runner.round()
    assert len(queued(database)) == 3


def test_a_batch_leaves_half_of_its_keys_queue_to_others(database: Database) -> None:
    key = keys.create(database, KeyRequest(name="small", tenant="team", max_queued=4)).key
    owner = Caller(tenant="team", key_id=key.id, max_queued=4)
    file_id = upload(database, *(plain(str(number)) for number in range(10)))
    batches.create(database, file_id, Endpoint.TASKS, {}, owner)
    for _ in range(5):
        BatchRunner(database, no_tools, 100).round()
    assert len(queued(database)) == 2


def test_a_tenant_has_no_more_than_so_many_open_batches(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_OPEN", 2)
    first = create(database, plain("a"))
    create(database, plain("b"))
    with pytest.raises(TooManyJobs, match="2 batches that have not ended"):
        create(database, plain("c"))
    other = Caller(tenant="other")
    theirs = files.store(database, [plain("d").encode()], "tasks.jsonl", other).id
    batches.create(database, theirs, Endpoint.TASKS, {}, other)
    batches.cancel(database, first)
    for _ in range(3):
        BatchRunner(database, no_tools, 100).round()
    create(database, plain("c"))


def test_jobs_without_an_outcome_go_to_the_error_file(database: Database, runner: BatchRunner) -> None:
    batch_id = create(database, plain("a"), plain("b"), plain("c"))
    runner.round()
    runner.round()
    with database.begin() as connection:
        query = select(batch_lines.c.job_id).order_by(batch_lines.c.line)
        first, second, third = connection.execute(query).scalars()
        broke = {"state": "error", "error": "The model does not answer."}
        connection.execute(update(jobs).where(jobs.c.id == first).values(broke))
        connection.execute(update(jobs).where(jobs.c.id == second).values(state="dead"))
        connection.execute(delete(jobs).where(jobs.c.id == third))
    batch = finish(database, runner, batch_id)
    assert (batch.completed, batch.failed, batch.output_file_id) == (0, 3, None)
    errors = [line["error"] for line in told(database, batch.error_file_id)]
    assert [error["code"] for error in errors] == ["task_failed", "task_failed", "task_deleted"]
    assert errors[0]["message"] == "The model does not answer."


def test_a_task_that_is_deleted_before_its_result_was_written_is_counted_as_failed(
    database: Database, runner: BatchRunner
) -> None:
    batch_id = create(database, plain("a"), plain("b"))
    while batches.get(database, batch_id).state is not BatchState.FINALIZING:
        runner.round()
        end_jobs(database)
    with database.begin() as connection:
        connection.execute(delete(jobs))
    batch = finish(database, runner, batch_id)
    assert (batch.completed, batch.failed) == (0, 2)


def test_cancelling_tells_what_has_come_out(database: Database, runner: BatchRunner) -> None:
    batch_id = create(database, *(plain(str(number)) for number in range(8)))
    runner.round()
    runner.round()
    end_jobs(database)
    runner.round()
    assert batches.cancel(database, batch_id).state is BatchState.CANCELLING
    assert batches.cancel(database, batch_id).state is BatchState.CANCELLING
    for _ in range(10):  # no worker ends anything any more
        runner.round()
    batch = batches.cancel(database, batch_id)
    assert (batch.state, batch.completed, batch.failed) == (BatchState.CANCELLED, 3, 5)
    assert {line["error"]["code"] for line in told(database, batch.error_file_id)} == {"batch_cancelled"}
    assert ids(database, batch) == [str(number) for number in range(8)]
    assert queued(database) == []


def test_a_batch_that_takes_too_long_expires(
    database: Database, runner: BatchRunner, clock: FakeClock
) -> None:
    batch_id = create(database, *(plain(str(number)) for number in range(5)))
    runner.round()
    runner.round()
    clock.turn(batches.WINDOW_S)
    for _ in range(10):
        runner.round()
    batch = batches.get(database, batch_id)
    assert (batch.state, batch.failed) == (BatchState.EXPIRED, 5)
    assert {line["error"]["code"] for line in told(database, batch.error_file_id)} == {"batch_expired"}


def test_a_batchs_end_is_told_once(database: Database, runner: BatchRunner) -> None:
    url = "https://example.org/hook"
    endpoints.create(database, url, ("batch.completed", "batch.failed"), OWNER)
    ends = [finish(database, runner, create(database, *lines)) for lines in ((plain("a"), "{"), (" ",))]
    runner.round()
    with database.begin() as connection:
        rows = connection.execute(select(webhook_deliveries).order_by(webhook_deliveries.c.id)).all()
    told = [(row.job_id, json.loads(row.payload)["data"]["state"]) for row in rows]
    assert sorted(told) == sorted((batch.id, batch.state.value) for batch in ends)
    assert {state for _, state in told} == {"completed", "failed"}
    batches.remove(database, ends[0].id)
    with database.begin() as connection:
        assert len(connection.execute(select(webhook_deliveries)).all()) == 1


def test_what_cannot_be_a_batch_fails_and_says_why(
    database: Database, runner: BatchRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "MAX_LINES", 2)
    for lines, code in (((" ", ""), "empty_file"), (map(plain, "abc"), "too_many_lines")):
        batch_id = create(database, *lines)
        runner.round()
        batch = batches.get(database, batch_id)
        assert batch.state is BatchState.FAILED
        assert batch.error is not None
        assert batch.error.code == code


def test_a_file_is_an_input_only_for_its_owner_and_only_if_it_was_uploaded(
    database: Database, runner: BatchRunner
) -> None:
    batch_id = create(database, plain("a"))
    file_id = batches.get(database, batch_id).input_file_id
    with pytest.raises(NotFound):
        batches.create(database, file_id, Endpoint.TASKS, {}, Caller(tenant="other"))
    with pytest.raises(Conflict):
        files.remove(database, file_id)
    output = finish(database, runner, batch_id).output_file_id
    assert output is not None
    with pytest.raises(NotFound):
        batches.create(database, output, Endpoint.TASKS, {}, OWNER)
    files.remove(database, file_id)
    for ask in (batches.get, batches.cancel, batches.remove):
        with pytest.raises(NotFound):
            ask(database, batch_id, "other")
    assert len(batches.page(database, 10).batches) == 1


def test_deleting_a_batch_deletes_all_of_it_but_its_input(database: Database, runner: BatchRunner) -> None:
    batch_id = create(database, plain("a"), "{")
    with pytest.raises(Conflict):
        batches.remove(database, batch_id)
    batch = finish(database, runner, batch_id)
    batches.remove(database, batch_id, by=OWNER)
    with database.begin() as connection:
        assert connection.execute(select(jobs)).all() == []
        assert connection.execute(select(batch_lines)).all() == []
    assert [file.id for file in files.page(database, 10).files] == [batch.input_file_id]
    files.remove(database, batch.input_file_id, by=OWNER)
    said = [(entry.action, entry.target) for entry in audit_log.page(database, 10).entries]
    assert sorted(said) == [("batch.deleted", batch_id), ("file.deleted", batch.input_file_id)]


def test_a_mistake_with_one_batch_holds_up_no_other(
    database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    def check(task: CodingTask) -> None:
        if task.instruction == "mistake":
            raise ZeroDivisionError

    runner = BatchRunner(database, check, 3)
    stuck, good = create(database, plain("a", "mistake")), create(database, plain("a"))
    assert finish(database, runner, good).state is BatchState.COMPLETED
    assert caplog.text.count(f"batch {stuck} cannot be moved on") == 1
    clock.turn(batches.WINDOW_S)
    assert finish(database, runner, stuck).state is BatchState.EXPIRED
