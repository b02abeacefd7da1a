"""What happens before a request's body is read: its key is looked at, and then how the body is built."""

from __future__ import annotations

import asyncio
import errno
import json
import time
from tempfile import SpooledTemporaryFile
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import event, select
from starlette.testclient import TestClient

from api.app import create_app
from api.body import needed, structure_fault
from api.deps import Services
from api.routes import platforms
from tests.fakes import FakeBroker
from tests.unit.api.test_access import ROUTES, Guarded
from verifiers.audit_check import check_audit
from verifiers.domain import MAX_FILES
from verifiers.registry import check_task
from worker.access import Caller, Scope
from worker.errors import StoreUnavailable
from worker.limits import Quota, RateLimiter
from worker.store.access import authentication, keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database
from worker.store.schema import sessions

TASK = {"instruction": "Write a function `add(a, b)`."}
SENT = [route for route in ROUTES if route.method != "GET"]


class Counting(RateLimiter):
    """A limiter that remembers whom it counted."""

    def __init__(self) -> None:
        self.counted: list[str | None] = []
        self.failed = 0
        self.quota: Quota | None = None

    def request(self, caller: Caller) -> Quota | None:
        self.counted.append(caller.key_id)
        return self.quota

    def failure(self, address: str) -> Quota | None:
        self.failed += 1
        return None


@pytest.fixture
def limiter() -> Counting:
    return Counting()


@pytest.fixture
def client(database: Database, limiter: Counting) -> TestClient:
    services = Services(database, FakeBroker(), 5, check_task, check_audit, limiter=limiter)
    return TestClient(create_app(services, max_body_bytes=4_000_000, hosts={"testserver"}))


def bearer(database: Database, *scopes: Scope) -> dict[str, str]:
    wanted = KeyRequest(name="k", scopes=frozenset(scopes or (Scope.READ, Scope.SUBMIT)))
    return {"Authorization": f"Bearer {keys.create(database, wanted).secret}"}


def status_without_a_body(app: Any, route: Guarded, headers: dict[str, str]) -> int:
    """The answer to a request whose body must not be asked for."""

    async def receive() -> Any:
        raise AssertionError("the body was asked for")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    path = route.at(dict.fromkeys(route.names, "x"))
    scope = {
        "type": "http",
        "method": route.method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": "http",
        "http_version": "1.1",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            (b"content-length", b"3990000"),
            (b"content-type", b"application/json"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
    }
    asyncio.run(app(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize("route", SENT, ids=" ".join)
def test_no_body_is_read_without_a_key(client: TestClient, route: Guarded) -> None:
    assert status_without_a_body(client.app, route, {}) == 401


def test_no_body_is_read_for_a_key_that_may_not(client: TestClient, database: Database) -> None:
    reader = bearer(database, Scope.READ)
    assert status_without_a_body(client.app, Guarded("POST", "/v1/tasks"), reader) == 403


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out"])
def test_what_anybody_may_send_is_small(client: TestClient, path: str) -> None:
    answer = client.post(path, data={"key": "x" * 20_000}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 413


def test_signing_in_is_a_request_of_the_key(
    client: TestClient, database: Database, limiter: Counting
) -> None:
    secret = bearer(database)["Authorization"].removeprefix("Bearer ")
    send = {"data": {"key": secret}, "headers": {"Sec-Fetch-Site": "same-origin"}, "follow_redirects": False}
    assert client.post("/sign-in", **cast(Any, send)).status_code == 303
    assert len(limiter.counted) == 1
    limiter.quota = Quota(limit=1, remaining=0, reset_s=7, exceeded=True)
    answer = client.post("/sign-in", **cast(Any, send))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    with database.begin() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


@pytest.mark.parametrize("path", ["/v1/files", "/batches", "/tasks"])
def test_a_full_disk_is_said(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(SpooledTemporaryFile, "write", full)
    sent = {"file": ("in.jsonl", b"{}")}
    answer = client.post(path, data={"purpose": "batch"}, files=sent, headers=bearer(database))
    assert (answer.status_code, answer.headers.get("retry-after")) == (503, "5"), answer.text
    assert "no room on its disk" in answer.text


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/v1/tasks", {"json": TASK}),
        ("/v1/files", {"data": {"purpose": "batch"}, "files": {"file": ("in.jsonl", b"{}")}}),
        ("/v1/tasks/nothing/cancel", {}),
        ("/tasks", {"data": {"instruction": "Add."}}),
        ("/v1/tasks", {"json": {"instruction": 1}}),
    ],
)
def test_a_good_key_is_counted_once(
    client: TestClient, database: Database, limiter: Counting, path: str, sent: Any
) -> None:
    answer = client.post(path, headers=bearer(database), follow_redirects=False, **sent)
    assert answer.status_code != 401
    assert len(limiter.counted) == 1


def test_a_wrong_key_is_counted_once(client: TestClient, limiter: Counting) -> None:
    wrong = {"Authorization": "Bearer acr_" + "A" * 43}
    assert client.post("/v1/tasks", json=TASK, headers=wrong).status_code == 401
    assert limiter.failed == 1


def test_a_store_that_does_not_answer_is_not_the_body_s_fault(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(database)

    def down(*_: Any) -> Caller:
        raise StoreUnavailable("The job store does not answer.", "Try again.")

    monkeypatch.setattr(authentication, "authenticate", down)
    answer = client.post("/v1/tasks", json=TASK, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "job store" in answer.json()["detail"]


HEAVY = {
    "unknown fields": json.dumps(
        {"instruction": "x"} | {str(n): 0 for n in range(350_000)}, separators=(",", ":")
    ),
    "empty objects": '{"instruction":"x","tests":{"files":[' + ",".join(["{}"] * 1_200_000) + "]}}",
    "numbers": '{"instruction":"x","files":[' + ",".join(["1"] * 1_900_000) + "]}",
    "an open string, all quotes": '{"instruction":"' + '\\"' * 1_900_000,
}


@pytest.mark.parametrize("name", HEAVY)
@pytest.mark.parametrize(
    "path", ["/v1/tasks", "/v1/audits", "/v1/chat/completions", "/v1/keys", "/invocations"]
)
def test_a_heavy_body_is_refused_before_it_is_parsed(
    client: TestClient, database: Database, name: str, path: str
) -> None:
    headers = {**bearer(database, Scope.ADMIN, Scope.SUBMIT), "Content-Type": "application/json"}
    began = time.process_time()
    answer = client.post(path, content=HEAVY[name], headers=headers)
    assert time.process_time() - began < 1.5
    if name == "an open string, all quotes":
        assert answer.status_code in (
            400,
            422,
        )  # a large string is fine; that it has no end is for the parser
    else:
        assert answer.status_code == 413, answer.text[:300]
        assert "too many parts" in answer.text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_no_other_encoding_hides_what_a_body_has(
    client: TestClient, database: Database, encoding: str
) -> None:
    """Python reads UTF-16 too, in which a quote that is escaped does not look like one."""
    hidden = '{"\\"":[' + ",".join(["{}"] * 100_000) + "]}"
    headers = {**bearer(database), "Content-Type": "application/json"}
    answer = client.post("/v1/tasks", content=hidden.encode(encoding), headers=headers)
    assert (answer.status_code, "UTF-8" in answer.text) == (400, True), answer.text[:200]


def test_what_just_passes_is_answered_soon(client: TestClient, database: Database) -> None:
    headers = {**bearer(database), "Content-Type": "application/json"}
    fields = json.dumps({"instruction": "x"} | {str(n): 0 for n in range(49_000)}, separators=(",", ":"))
    objects = '{"instruction":"x","tests":{"files":[' + ",".join(["{}"] * 24_000) + "]}}"
    for body in (fields, objects):
        began = time.process_time()
        assert client.post("/v1/tasks", content=body, headers=headers).status_code == 422
        assert time.process_time() - began < 1.5


def test_the_largest_honest_bodies_are_taken(client: TestClient, database: Database) -> None:
    files = [{"path": f"{n}_test.py", "content": "assert [1, {2: 3}], 4"} for n in range(MAX_FILES)]
    task = {**TASK, "tests": {"files": files}}
    assert client.post("/v1/tasks", json=task, headers=bearer(database)).status_code == 202
    most = {"instances": [{**task, "files": files}] * 16}
    assert structure_fault(json.dumps(most, indent=4).encode()) is None
    chat = {"messages": [{"role": "user", "content": "[{,"}] * 1000}
    assert structure_fault(json.dumps(chat).encode()) is None


def test_brackets_in_strings_are_no_parts() -> None:
    inner = json.dumps('{[,\\"' * 100_000)
    assert structure_fault(b'{"a":' + inner.encode() + b"}") is None
    assert structure_fault(b'{"a":"\\\\",' + b"[" * 60_000) is not None
    began = time.process_time()
    structure_fault(b'"' * 3_900_001)
    structure_fault(b'\\"' * 1_900_001)
    assert time.process_time() - began < 2


def test_every_route_that_needs_a_key_says_so_where_it_is_looked_for() -> None:
    app = create_app(cast(Services, None), max_body_bytes=10, hosts=())
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        guarded = any(Guarded(method, str(context.path)) in ROUTES for method in context.methods or ())
        if isinstance(route, APIRoute):
            assert bool(needed(route)) == guarded, context.path


def test_an_added_address_is_held_to_it(database: Database) -> None:
    app: FastAPI = create_app(
        Services(database, FakeBroker(), 5, check_task, check_audit),
        max_body_bytes=4_000_000,
        hosts={"testserver"},
    )
    platforms.install(app, "/health", "/predict")
    assert status_without_a_body(app, Guarded("POST", "/predict"), {}) == 401


@pytest.mark.parametrize("path", ["/readyz", "/ping"])
def test_to_ask_whether_it_is_ready_costs_nothing(client: TestClient, database: Database, path: str) -> None:
    asked: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def remember(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    assert client.get(path).status_code == 200
    (query,) = [statement for statement in asked if "SELECT" in statement]
    assert "EXISTS" not in query
    assert "ORDER" not in query
