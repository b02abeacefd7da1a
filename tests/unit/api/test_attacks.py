"""What an attacker may try at the door: odd headers, keys in odd places, names that are not this server's."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from worker.access import Scope
from worker.store.access import authentication, keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

TASK = {"instruction": "Write a function `add(a, b)`."}


@pytest.fixture
def key(client: TestClient, database: Database) -> str:
    """A good key; the client itself sends none."""
    del client.headers["Authorization"]
    return keys.create(database, KeyRequest(name="Ada")).secret


def odd(key: str) -> dict[str, bytes]:
    basic = base64.b64encode(f"x:{key}".encode())
    good = key.encode()
    return {
        "empty": b"",
        "no key": b"Bearer",
        "blank key": b"Bearer   ",
        "no scheme": good,
        "another scheme": b"Basic " + basic,
        "a longer scheme": b"Bearers " + good,
        "two keys": b"Bearer " + good + b", Bearer " + good,
        "a key and more": b"Bearer " + good + b" x",
        "a part": b"Bearer " + good[:-1],
        "more": b"Bearer " + good + b"A",
        "its digest": b"Bearer " + authentication.digest(key).encode(),
        "a wildcard": b"Bearer acr_" + b"%" * 43,
        "SQL": b"Bearer ' OR 1=1 --",
        "latin-1": b"Bearer acr_" + b"\xe9" * 43,
        "UTF-8": b"Bearer acr_" + "é".encode() * 43,
        "no UTF-8": b"Bearer \xff\xfe\xfd",
        "a megabyte": b"Bearer " + b"A" * 1_000_000,
        "a tab for a space": b"Bearer\t" + good,
        "null": b"Bearer null",
    }


@pytest.mark.parametrize("name", odd("acr_"))
def test_an_odd_header_is_no_key(client: TestClient, key: str, name: str) -> None:
    answer = client.get("/v1/tasks", headers={b"Authorization": odd(key)[name]})
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "acrisol keys create" in answer.json()["detail"]
    assert len(answer.content) < 1_000


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer  "])
def test_a_good_key_is_one_however_the_scheme_is_written(client: TestClient, key: str, scheme: str) -> None:
    assert client.get("/v1/tasks", headers={"Authorization": scheme + key}).status_code == 200


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_headers_neither_counts(client: TestClient, key: str, order: int) -> None:
    headers = [("Authorization", f"Bearer {key}"), ("Authorization", "Bearer acr_other")][::order]
    assert client.get("/v1/tasks", headers=headers).status_code == 401


def test_a_key_anywhere_else_is_none(client: TestClient, key: str) -> None:
    for name in ("key", "api_key", "access_token", "token", "authorization"):
        assert client.get("/v1/tasks", params={name: key}).status_code == 401
        assert client.get("/v1/tasks", params={name: f"Bearer {key}"}).status_code == 401
    for header in ("X-API-Key", "Api-Key", "Proxy-Authorization", "X-Authorization"):
        assert client.get("/v1/tasks", headers={header: f"Bearer {key}"}).status_code == 401
    for cookie in ("acrisol", "__Host-acrisol", "Authorization", "session"):
        assert client.get("/v1/tasks", headers={"Cookie": f"{cookie}={key}"}).status_code == 401
    assert client.post("/v1/tasks", json={**TASK, "api_key": key}).status_code == 401
    assert client.get("/v1/tasks", headers={"Host": f"{key}@testserver"}).status_code == 421


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "PATCH"])
def test_a_method_cannot_be_talked_into_another(client: TestClient, database: Database, method: str) -> None:
    reader = keys.create(database, KeyRequest(name="r", scopes=frozenset({Scope.READ}))).secret
    headers = {
        "Authorization": f"Bearer {reader}",
        "X-HTTP-Method-Override": "GET",
        "X-Original-URL": "/healthz",
        "X-Rewrite-URL": "/healthz",
    }
    answer = client.request(
        method, "/v1/keys", headers=headers, json=None if method == "GET" else {"name": "x"}
    )
    assert answer.status_code == (403 if method in ("GET", "POST") else 405)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/tasks/",
        "//v1/tasks",
        "/v1//tasks",
        "/V1/tasks",
        "/healthz/../v1/tasks",
        "/docs/assets/../../v1/tasks",
        "/docs/assets/..%2f..%2fv1/tasks",
        "/v1/tasks;a=b",
        "/v1/tasks%00",
        "/static/x/..%2f..%2f..%2fetc%2fpasswd",
    ],
)
def test_no_spelling_of_an_address_leads_round_the_door(client: TestClient, key: str, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code in (307, 401, 404, 405), answer.text
    if answer.status_code == 307:
        assert client.get(answer.headers["location"]).status_code == 401


def test_nothing_in_a_request_makes_a_header_of_an_answer(client: TestClient, key: str) -> None:
    hostile = "%0d%0aSet-Cookie:%20evil=1"
    for path in (f"/v1/tasks/{hostile}", f"/v1/tasks?cursor={hostile}", f"/tasks/{hostile}"):
        for headers in ({"Accept": "text/html"}, {"Authorization": f"Bearer {key}"}):
            answer = client.get(path, headers=headers, follow_redirects=False)
            assert answer.status_code in (200, 303, 404, 422)
            assert "set-cookie" not in answer.headers
            assert "\r" not in answer.headers.get("location", "")


def test_another_name_is_refused_also_with_a_good_key(client: TestClient, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Host": "evil.example"}
    assert client.get("/v1/tasks", headers=headers).status_code == 421
    forwarded = {"Authorization": f"Bearer {key}", "X-Forwarded-Host": "evil.example"}
    answer = client.post("/v1/tasks", json=TASK, headers=forwarded)
    assert answer.headers["location"].startswith("/v1/tasks/")


def test_the_time_that_a_wrong_key_takes_tells_nothing(database: Database) -> None:
    """A key is looked up by its digest: no comparison stops earlier the less of the key is right."""
    secret = keys.create(database, KeyRequest(name="Ada")).secret
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "SELECT" in statement:
            asked.append((statement, parameters))

    near, far = secret[:-1] + ("A" if secret[-1] != "A" else "B"), "acr_" + "A" * 43
    for wrong in (near, far):
        assert authentication.authenticate(database, wrong) is None
    (first, given), (second, other) = asked
    assert first == second
    assert authentication.digest(near) in given
    assert authentication.digest(far) in other
    assert near not in repr(asked)


def test_no_error_repeats_the_key(client: TestClient, key: str) -> None:
    wrong = "acr_" + "B" * 43
    for headers in ({"Authorization": f"Bearer {wrong}"}, {"Authorization": f"Basic {wrong}"}):
        assert wrong not in client.get("/v1/tasks", headers=headers).text
    unscoped = client.get("/v1/keys", headers={"Authorization": f"Bearer {key}"})
    assert (unscoped.status_code, key in unscoped.text) == (403, False)
    assert "'admin'" in unscoped.json()["detail"]


def test_a_large_upload_without_a_key_is_refused_before_it_is_read(client: TestClient, key: str) -> None:
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": True}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    def headers(length: int) -> list[tuple[bytes, bytes]]:
        kind = (b"content-type", b"multipart/form-data; boundary=x")
        return [(b"host", b"testserver"), (b"content-length", str(length).encode()), kind]

    async def upload(length: int) -> None:
        await client.app({**scope, "headers": headers(length)}, receive, send)

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/v1/files", "query_string": b""}
    scope |= {"raw_path": b"/v1/files", "scheme": "http", "http_version": "1.1", "root_path": ""}
    for length in (200_000_000, 300_000_000):
        asyncio.run(upload(length))
    answers = [message["status"] for message in sent if message["type"] == "http.response.start"]
    assert answers == [401, 413]
    assert read == 0
