"""Feedback: on ended tasks only, kept as it was said, and the last one counts."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.routes.examples import FEEDBACK
from tests.unit.api.test_tasks import submit
from worker.access import Scope
from worker.store import feedback
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database


@pytest.fixture
def place(client: TestClient) -> str:
    """The address of an ended task's feedback."""
    job_id = submit(client)
    client.post(f"/v1/tasks/{job_id}/cancel")
    return f"/v1/tasks/{job_id}/feedback"


@pytest.mark.parametrize("name", FEEDBACK)
def test_what_is_said_is_kept(client: TestClient, place: str, name: str) -> None:
    said: Any = FEEDBACK[name]["value"]
    answer = client.post(place, json=said)
    assert answer.status_code == 201, answer.text
    assert said.items() <= answer.json().items()
    assert client.get(place).json()["feedback"] == [answer.json()]


def test_a_task_that_has_not_ended_has_none(client: TestClient, database: Database) -> None:
    path = f"/v1/tasks/{submit(client)}/feedback"
    assert client.post(path, json={"verdict": "accepted"}).status_code == 409
    assert client.get(path).json() == {"feedback": []}


def test_the_last_one_counts_and_consent_is_taken_back(
    client: TestClient, place: str, database: Database
) -> None:
    first = client.post(place, json={"verdict": "accepted", "consent": True}).json()
    assert [one.id for one in feedback.consented(database, 10)] == [first["id"]]
    assert feedback.consented(database, 10, after=first["id"]) == ()
    second = client.post(place, json={"verdict": "rejected"}).json()
    assert [one["id"] for one in client.get(place).json()["feedback"]] == [second["id"], first["id"]]
    assert feedback.consented(database, 10) == ()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "verdict"),
        ({"verdict": "good"}, "verdict"),
        ({"verdict": "accepted", "comment": "x" * 10_001}, "comment"),
        ({"verdict": "accepted", "comment": "\x00"}, "comment"),
        ({"verdict": "accepted", "consent": "perhaps"}, "consent"),
        ({"verdict": "rejected", "corrected": []}, "corrected"),
        ({"verdict": "rejected", "corrected": [{"path": "../x", "content": ""}]}, "corrected.0.path"),
        ({"verdict": "rejected", "corrected": [{"path": "x", "content": "y" * 1_000_001}]}, "corrected.0"),
        ({"verdict": "accepted", "tenant": "other"}, "tenant"),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, place: str, body: Any, field: str) -> None:
    answer = client.post(place, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_nobody_fills_the_store_with_feedback(
    client: TestClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOST", 2)
    answers = [client.post(place, json={"verdict": "accepted"}).status_code for _ in range(3)]
    assert answers == [201, 201, 409]
    assert len(client.get(place).json()["feedback"]) == 2


def test_another_tenant_neither_gives_nor_sees_it(client: TestClient, place: str, database: Database) -> None:
    wanted = KeyRequest(name="other", tenant="other", scopes=frozenset({Scope.READ, Scope.SUBMIT}))
    other = {"Authorization": f"Bearer {keys.create(database, wanted).secret}"}
    assert client.post(place, json={"verdict": "rejected"}, headers=other).status_code == 404
    assert client.get(place, headers=other).status_code == 404
    assert client.get(place).json() == {"feedback": []}
