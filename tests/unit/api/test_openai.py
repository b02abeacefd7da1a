"""OpenAI's addresses: who may wait, what is said meanwhile, and errors in OpenAI's shape from everywhere."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from agent.fill_wiring import open_filler
from agent.settings import AgentSettings
from api.app import create_app
from api.deps import Services
from api.openai.completion_request import CompletionRequest, fill_request
from api.openai.filling import LazyFiller
from api.openai.places import Places
from api.openai.streams import EventStream, data
from api.openai.waiting import said_of
from verifiers.domain import Event, Language, Outcome, OutcomeStatus
from worker.access import Caller, Scope
from worker.states import JobState
from worker.store import claims, jobs
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

CHAT = {"model": "acrisol", "messages": [{"role": "user", "content": "Write add."}]}
URL = "/v1/chat/completions"
OUTCOME = Outcome(status=OutcomeStatus.EXHAUSTED, reason="None passed.")


@contextmanager
def worker(database: Database) -> Iterator[list[str]]:
    """Ends every task that comes in, from a thread."""
    stop, done = threading.Event(), list[str]()

    def work() -> None:
        while not stop.wait(0.02):
            for job in jobs.page(database, 10, states={JobState.QUEUED}).jobs:
                held = claims.claim(database, job.id, "w", 30)
                if held is not None and claims.finish(database, held, OUTCOME):
                    done.append(job.id)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def error_of(answer: Any) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert int(answer.headers["content-length"]) == len(answer.content)
    return cast(dict[str, Any], error)


def key_of(database: Database, tenant: str, *scopes: Scope) -> dict[str, str]:
    made = keys.create(database, KeyRequest(name="x", tenant=tenant, scopes=frozenset(scopes)))
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.mark.parametrize(
    ("method", "url", "headers", "content", "status", "kind"),
    [
        ("POST", URL, {"Authorization": "Bearer no"}, b"{}", 401, "authentication_error"),
        ("POST", URL, {"Host": "evil.example"}, b"{}", 421, "invalid_request_error"),
        ("POST", URL, {"Content-Type": "text/plain"}, b"{}", 415, "invalid_request_error"),
        ("POST", URL, {}, b"{", 400, "invalid_request_error"),
        ("POST", URL, {}, b"\xff", 400, "invalid_request_error"),
        ("POST", URL, {}, b"[" * 50_000, 400, "invalid_request_error"),
        ("POST", URL, {}, b"x" * 4_000_001, 413, "invalid_request_error"),
        ("GET", URL, {}, b"", 405, "invalid_request_error"),
        ("GET", "/v1/models/x", {}, b"", 404, "invalid_request_error"),
        ("GET", f"{URL}/nothing", {}, b"", 404, "invalid_request_error"),
        ("POST", "/v1/completions", {}, b'{"prompt": "x = "}', 503, "server_error"),
    ],
)
def test_every_error_has_openais_shape(
    client: TestClient, method: str, url: str, headers: dict[str, str], content: bytes, status: int, kind: str
) -> None:
    sent = {"Content-Type": "application/json"} | headers
    answer = client.request(method, url, headers=sent, content=content)
    assert answer.status_code == status, answer.text
    assert error_of(answer)["type"] == kind


def test_a_mistake_and_a_broken_store_have_it_too(
    services: Services, admin_key: str, database: Database
) -> None:
    def break_down(task: object) -> None:
        raise KeyError("secret")

    broken = dataclasses.replace(services, check=break_down)
    app = create_app(broken, max_body_bytes=1_000, hosts={"testserver"})
    client = TestClient(app, raise_server_exceptions=False, headers={"Authorization": f"Bearer {admin_key}"})
    mistake = client.post(URL, json=CHAT)
    assert (mistake.status_code, error_of(mistake)["type"]) == (500, "server_error")
    assert "secret" not in mistake.text
    app.state.services = services
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
    down = client.post(URL, json=CHAT)
    assert (down.status_code, error_of(down)["code"]) == (503, "service_unavailable")


def test_other_addresses_keep_their_problem_documents(client: TestClient) -> None:
    answer = client.post("/v1/tasks", json={})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_the_examples_are_accepted(client: TestClient, database: Database) -> None:
    document = client.get("/openapi.json").json()["paths"]

    def example(url: str) -> Any:
        content = document[url]["post"]["requestBody"]["content"]["application/json"]
        return content["examples"]["python"]["value"]

    with worker(database) as done:
        assert client.post(URL, json=example(URL)).status_code == 200
    assert len(done) == 1
    assert fill_request(CompletionRequest.model_validate(example("/v1/completions"))).suffix


@pytest.mark.parametrize("hostile", ["\\ud800", "\\u0000"])
@pytest.mark.parametrize(
    "fields",
    [
        '"model": "HERE", "messages": [{"role": "user", "content": "x"}], "prompt": "x"',
        '"messages": [{"role": "HERE", "content": "x"}]',
        '"messages": [{"role": "user", "content": "HERE"}], "prompt": "HERE"',
        '"messages": [{"role": "user", "content": [{"type": "text", "text": "HERE"}]}], "prompt": ["HERE"]',
        '"messages": [{"role": "user", "content": [{"type": "HERE", "HERE": "HERE"}]}]',
        '"messages": [{"role": "user", "content": "x"}], "prompt": "x", "stop": ["HERE"]',
        '"messages": [{"role": "user", "content": "x"}], "prompt": "x", "language": "HERE"',
        '"messages": [{"role": "user", "content": "x"}], "prompt": "x", "acrisol": {"HERE": 1}',
        '"messages": [{"role": "user", "content": "x"}], "prompt": "x", "acrisol": {"path": "HERE"}',
    ],
)
def test_what_is_no_text_is_no_mistake_of_ours(client: TestClient, fields: str, hostile: str) -> None:
    body = "{" + fields.replace("HERE", hostile) + "}"
    for url in (URL, "/v1/completions"):
        answer = client.post(url, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 404, 503), answer.text
        error_of(answer)
    assert client.get("/v1/tasks").json()["jobs"] == []


def test_a_key_that_may_only_read_asks_nothing_and_another_tenant_sees_nothing(
    client: TestClient, database: Database
) -> None:
    reads = client.post(URL, json=CHAT, headers=key_of(database, "a", Scope.READ))
    assert (reads.status_code, error_of(reads)["code"]) == (403, "insufficient_permissions")
    with worker(database) as done:
        mine = client.post(URL, json=CHAT, headers=key_of(database, "a", Scope.READ, Scope.SUBMIT)).json()
    assert mine["choices"][0]["finish_reason"] == "content_filter"
    evidence = mine["acrisol"]["evidence"]
    assert client.get(evidence, headers=key_of(database, "a", Scope.READ)).status_code == 200
    assert client.get(evidence, headers=key_of(database, "b", Scope.READ)).status_code == 404
    assert done == [mine["acrisol"]["task_id"]]


def test_a_repeated_request_is_given_the_first_ones_answer(client: TestClient, database: Database) -> None:
    headers = {"Idempotency-Key": "k1"}
    with worker(database) as done:
        first = client.post(URL, json=CHAT, headers=headers).json()
        again = client.post(URL, json=CHAT, headers=headers).json()
        other = client.post(URL, json={**CHAT, "language": "go"}, headers=headers)
    assert first["id"] == again["id"]
    assert len(done) == 1
    assert other.status_code in (400, 409)
    assert "Idempotency-Key" in error_of(other)["message"]


def test_a_task_that_takes_too_long_is_cancelled(
    client: TestClient, services: Services, database: Database
) -> None:
    cast(FastAPI, client.app).state.services = dataclasses.replace(services, chat_wait_s=0.1)
    answer = client.post(URL, json=CHAT)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (504, "false")
    assert "it is cancelled" in error_of(answer)["message"]
    (job,) = jobs.page(database, 5).jobs
    assert job.state is JobState.CANCELLED
    kept = client.post(URL, json={**CHAT, "stream": True}, headers={"Idempotency-Key": "k"})
    frames = kept.text.split("\n\n")
    assert "it goes on" in json.loads(frames[-3].removeprefix("data: "))["error"]["message"]
    assert frames[-2:] == ["data: [DONE]", ""]
    assert jobs.page(database, 1).jobs[0].state is JobState.QUEUED


def test_a_server_that_stops_says_so_and_keeps_the_task(
    client: TestClient, services: Services, database: Database
) -> None:
    services.draining.set()
    answer = client.post(URL, json=CHAT)
    assert (answer.status_code, answer.headers["x-should-retry"]) == (503, "false")
    assert "The task goes on" in error_of(answer)["message"]
    assert jobs.page(database, 1).jobs[0].state is JobState.QUEUED


def test_no_more_chats_wait_than_there_are_places(
    client: TestClient, services: Services, database: Database
) -> None:
    places = Places(1)
    cast(FastAPI, client.app).state.services = dataclasses.replace(services, places=places)
    give_free = places.take(Caller())
    for stream in (False, True):
        refused = client.post(URL, json={**CHAT, "stream": stream})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        assert error_of(refused)["type"] == "rate_limit_error"
    assert jobs.page(database, 1).jobs == ()
    give_free()
    client.post(URL, json={**CHAT, "messages": []})  # what is refused takes no place
    client.post(URL, json={**CHAT, "acrisol": {"policy": {"require": ["magic"]}}})
    with worker(database):
        for stream in (True, False, True):
            assert client.post(URL, json={**CHAT, "stream": stream}).status_code == 200


def test_a_wrong_setting_of_the_server_is_not_the_clients_mistake(
    client: TestClient, services: Services
) -> None:
    filler = LazyFiller(lambda: open_filler(AgentSettings(model="no such model")))
    cast(FastAPI, client.app).state.services = dataclasses.replace(services, filler=filler)
    answer = client.post("/v1/completions", json={"prompt": "x = "})
    assert answer.status_code == 503
    assert "The server's model cannot be used" in error_of(answer)["message"]
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == ["acrisol"]


def test_one_key_cannot_take_all_places() -> None:
    places = Places(4)
    greedy, other = Caller(key_id="1"), Caller(key_id="2")
    given = [places.take(greedy), places.take(greedy)]
    with pytest.raises(HTTPException):
        places.take(greedy)
    places.take(other)
    for give_free in (*given, *given):
        give_free()
    places.take(greedy)
    places.take(greedy)
    with pytest.raises(HTTPException):
        places.take(Caller(key_id="3")), places.take(Caller(key_id="4"))


def test_a_client_that_never_reads_is_left_and_cleaned_up_after() -> None:
    left: list[bool] = []

    async def leave() -> None:
        left.append(True)

    async def frames() -> Any:
        yield data({"x": 1})

    async def never(message: object) -> None:
        await asyncio.sleep(60)

    async def receive() -> Any:
        await asyncio.sleep(60)

    scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
    began = time.monotonic()
    asyncio.run(EventStream(frames(), leave, send_s=0.05)(scope, receive, never))
    assert left == [True]
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Event(kind="attempt_started", attempt=2), "attempt 2, the model writes"),
        (
            Event(kind="verdict", attempt=1, data={"verifier": "python-tests", "status": "failed"}),
            "attempt 1, python-tests failed",
        ),
        (
            Event(kind="verdict", data={"verifier": "x\n\ndata: [DONE]", "status": {"a": 1}}),
            "a check answered",
        ),
        (Event(kind="verdict", data={"verifier": ["x"], "status": "solved\n\ndata:"}), "a check answered"),
        (Event(kind="x\n\ndata: 1"), "a worker has taken it up"),
    ],
)
def test_what_is_said_meanwhile_holds_nothing_of_others(event: Event, words: str) -> None:
    assert said_of(event) == words


@pytest.mark.parametrize(
    ("fields", "prefix", "suffix", "language", "path"),
    [
        ({"prompt": "a"}, "a", "", Language.PYTHON, "completion.py"),
        ({"prompt": ["a"], "suffix": "b", "language": "go"}, "a", "b", Language.GO, "completion.go"),
        ({"prompt": "a", "acrisol": {"path": "src/x.rs"}}, "a", "", Language.RUST, "src/x.rs"),
        (
            {"prompt": "# x.py\n<fim_prefix>a<fim_suffix>b<fim_middle>"},
            *("a", "b", Language.PYTHON, "completion.py"),
        ),
        (
            {"prompt": "<fim_prefix>a<fim_suffix>b"},
            *("<fim_prefix>a<fim_suffix>b", "", Language.PYTHON, "completion.py"),
        ),
        (
            {"prompt": "<fim_prefix>a<fim_suffix><fim_middle>", "suffix": "b"},
            *("<fim_prefix>a<fim_suffix><fim_middle>", "b", Language.PYTHON, "completion.py"),
        ),
    ],
)
def test_a_completions_gap(
    fields: dict[str, Any], prefix: str, suffix: str, language: Language, path: str
) -> None:
    wanted = fill_request(CompletionRequest.model_validate(fields))
    assert (wanted.prefix, wanted.suffix, wanted.language, wanted.path) == (prefix, suffix, language, path)
    assert wanted.sampling.max_tokens == 128
