from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.fakes import FakeBroker
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus
from worker.errors import BrokerUnavailable
from worker.store import claims, events, jobs, wakes
from worker.store.database import Database

TASK = {"instruction": "Write a function `add(a, b)`."}


def submit(client: TestClient) -> str:
    answer = client.post("/v1/tasks", json=TASK)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def test_a_task_is_accepted_and_a_worker_woken(client: TestClient, broker: FakeBroker) -> None:
    answer = client.post("/v1/tasks", json=TASK)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["state"], body["language"], body["deliveries"]) == ("queued", "python", 0)
    assert answer.headers["location"] == f"/v1/tasks/{body['id']}"
    assert broker.woken == [body["id"]]
    assert client.get(answer.headers["location"]).json()["task"]["instruction"] == TASK["instruction"]


def test_a_task_is_accepted_without_redis_and_left_to_the_sweeper(
    client: TestClient, broker: FakeBroker, database: Database
) -> None:
    broker.trouble = BrokerUnavailable("Redis does not answer.")
    job_id = submit(client)
    assert wakes.due(database, 0, 10) == [job_id]


def test_the_outcome_comes_back(client: TestClient, database: Database) -> None:
    job_id = submit(client)
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    assert client.get(f"/v1/tasks/{job_id}").json()["state"] == "running"
    outcome = Outcome(status=OutcomeStatus.EXHAUSTED, reason="None of 3 attempts passed.")
    claims.finish(database, held, outcome)
    job = client.get(f"/v1/tasks/{job_id}").json()
    assert job["state"] == "exhausted"
    assert Outcome.model_validate(job["outcome"]) == outcome
    assert job["deliveries"] == 1


def test_an_error_has_its_sentence(client: TestClient, database: Database) -> None:
    job_id = submit(client)
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    claims.fail(database, held, "Semgrep is not installed. Run scripts/install.")
    job = client.get(f"/v1/tasks/{job_id}").json()
    assert (job["state"], job["outcome"]) == ("error", None)
    assert job["error"] == "Semgrep is not installed. Run scripts/install."


def test_tasks_are_listed_in_pages_without_their_code(client: TestClient, database: Database) -> None:
    ids = [submit(client) for _ in range(5)]
    first = client.get("/v1/tasks", params={"limit": 3}).json()
    rest = client.get("/v1/tasks", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert sorted(job["id"] for job in first["jobs"] + rest["jobs"]) == sorted(ids)
    assert rest["next_cursor"] is None
    assert "task" not in first["jobs"][0]
    claims.claim(database, ids[0], "w", 30)
    running = client.get("/v1/tasks", params={"state": "running"}).json()["jobs"]
    assert [job["id"] for job in running] == [ids[0]]
    both = client.get("/v1/tasks?state=running&state=queued").json()["jobs"]
    assert len(both) == 5


def test_events_are_listed_from_where_the_client_was(client: TestClient, database: Database) -> None:
    job_id = submit(client)
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    events.append(database, held, Event(kind="verdict", attempt=1, data={"status": "passed"}))
    seen = client.get(f"/v1/tasks/{job_id}/events").json()["events"]
    assert [(event["seq"], event["event"]["kind"]) for event in seen] == [(1, "started"), (2, "verdict")]
    later = client.get(f"/v1/tasks/{job_id}/events", params={"after": 1}).json()["events"]
    assert later == seen[1:]


def test_a_queued_task_is_cancelled(client: TestClient) -> None:
    job_id = submit(client)
    answer = client.post(f"/v1/tasks/{job_id}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


@pytest.mark.parametrize("path", ["/v1/tasks/{}", "/v1/tasks/{}/events"])
@pytest.mark.parametrize("job_id", ["nope", "%00", "'; DROP TABLE jobs; --", "x" * 3000, "%F0%9F%92%A9"])
def test_an_unknown_task_is_a_404_problem(client: TestClient, path: str, job_id: str) -> None:
    answer = client.get(path.format(job_id))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "There is no task with the id" in answer.json()["detail"]
    assert len(answer.content) < 500


def test_cancelling_an_unknown_task_is_a_404_problem(client: TestClient) -> None:
    assert client.post("/v1/tasks/nope/cancel").json()["status"] == 404


def test_a_stored_outcome_with_odd_text_can_be_read(client: TestClient, database: Database) -> None:
    job_id = submit(client)
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    events.append(database, held, Event(kind="verdict", data={"output": "\ud800\x00<script>"}))
    claims.finish(database, held, Outcome(status=OutcomeStatus.REFUSED, reason="\udfff\x1b[31m"))
    assert client.get(f"/v1/tasks/{job_id}").status_code == 200
    assert client.get(f"/v1/tasks/{job_id}/events").status_code == 200


def test_what_is_stored_is_what_was_sent(client: TestClient, database: Database) -> None:
    task = CodingTask.model_validate({**TASK, "budget": {"attempts": 2, "seconds": 9.5}})
    answer = client.post("/v1/tasks", json=task.model_dump(mode="json"))
    assert jobs.get(database, answer.json()["id"]).task == task


def test_liveness_and_readiness(client: TestClient, broker: FakeBroker, database: Database) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"database": "ok", "broker": "ok"}
    broker.trouble = BrokerUnavailable("Redis does not answer.")
    assert client.get("/readyz").json() == {"database": "ok", "broker": "down"}
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_the_root_points_to_the_documentation(client: TestClient) -> None:
    assert "/docs" in client.get("/").text
