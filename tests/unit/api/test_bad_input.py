"""Every bad request is answered by a problem that names the field and the fix, and none is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.fakes import FakeBroker
from worker.store import jobs
from worker.store.database import Database

GOOD = {"instruction": "Write a function `add(a, b)`."}


def with_test_file(content: Any, path: Any = "test_it.py") -> dict[str, Any]:
    return {**GOOD, "tests": {"files": [{"path": path, "content": content}]}}


BAD: dict[str, tuple[Any, str, str]] = {
    "no instruction": ({}, "instruction", "missing"),
    "empty instruction": ({"instruction": ""}, "instruction", "empty"),
    "blank instruction": ({"instruction": " \n\t "}, "body", "say what the code should do"),
    "instruction is a number": ({"instruction": 5}, "instruction", "string"),
    "instruction of 1 MB": ({"instruction": "x" * 1_000_000}, "instruction", "100000 characters"),
    "binary in the instruction": ({"instruction": "a\x00b"}, "instruction", "not binary data"),
    "surrogate in the instruction": ({"instruction": "a\ud800b"}, "instruction", "valid Unicode"),
    "unknown language": ({**GOOD, "language": "cobol"}, "language", "'bash' or 'solidity'"),
    "tests over 1 MB": (with_test_file("#" * 1_000_001), "tests.files.0", "1,000,000"),
    "binary in a test": (with_test_file("\x7fELF\x01"), "tests.files.0.content", "not binary data"),
    "test path out of the project": (with_test_file("", "../x.py"), "tests.files.0.path", "without '..'"),
    "absolute test path": (with_test_file("", "/etc/passwd"), "tests.files.0.path", "relative path"),
    "no test files": ({**GOOD, "tests": {"files": []}}, "tests.files", "at least 1 item"),
    "negative attempts": (
        {**GOOD, "budget": {"attempts": -1}},
        "budget.attempts",
        "greater than or equal to 1",
    ),
    "negative seconds": ({**GOOD, "budget": {"seconds": -5}}, "budget.seconds", "greater than 0"),
    "endless seconds": ({**GOOD, "budget": {"seconds": float("inf")}}, "budget.seconds", ""),
    "fractional samples": ({**GOOD, "budget": {"samples": 1.5}}, "budget.samples", "integer"),
    "unknown field": ({**GOOD, "instrution": "x"}, "instrution", "not a known field"),
    "unknown inner field": ({**GOOD, "budget": {"tries": 1}}, "budget.tries", "not a known field"),
    "a list": ([1], "body", ""),
    "null": (None, "body", ""),
    "tests that do not parse": (with_test_file("x = 1\nassert (\n"), "tests.files.0.content", "line 2"),
    "tests without a test": (with_test_file("x = 1\n"), "tests", "there is no test"),
    "tests of parentheses": (with_test_file("(" * 900_000), "tests.files.0.content", "does not parse"),
    "tests of minus signs": (with_test_file("-" * 900_000 + "1"), "tests.files.0.content", "nested"),
    "an unknown verifier": (
        {**GOOD, "policy": {"require": ["magic"]}},
        "policy.require",
        "no verifier named 'magic'",
    ),
}


@pytest.mark.parametrize(("body", "field", "words"), BAD.values(), ids=BAD.keys())
def test_a_wrong_field_is_named(
    client: TestClient, database: Database, broker: FakeBroker, body: Any, field: str, words: str
) -> None:
    answer = client.post("/v1/tasks", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["title"]) == (422, "Unprocessable Entity") or problem["title"]
    assert field in [error["field"] for error in problem["errors"]], problem
    assert words in json.dumps(problem)
    assert problem["detail"].startswith(problem["errors"][0]["field"])
    for jargon in ("Traceback", "pydantic", "type=", "input_value", "loc"):
        assert jargon not in answer.text.replace("localhost", "")
    assert len(answer.content) < 5_000
    assert jobs.page(database, 1).jobs == ()
    assert broker.woken == []


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"", 422),
        (b"{'instruction': 'x'}", 422),
        (b'{"instruction": "x"} trailing', 422),
        (b"\xff\xfe\x00", 400),
        (b"[" * 40_000, 400),
        (b'{"budget": {"attempts": ' + b"9" * 5_000 + b"}}", 400),
    ],
)
def test_a_body_that_is_not_json(client: TestClient, content: bytes, status: int) -> None:
    answer = client.post("/v1/tasks", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "JSON" in answer.text or "body" in answer.text


def test_many_wrong_fields_are_cut(client: TestClient) -> None:
    answer = client.post("/v1/tasks", json={**GOOD, **{f"f{n}": 1 for n in range(5_000)}})
    assert len(answer.json()["errors"]) == 20


@pytest.mark.parametrize("name", ["x" * 500_000, "\ud800", "\x00", "<script>alert(1)</script>"])
def test_a_hostile_field_name_is_a_problem_like_any_other(client: TestClient, name: str) -> None:
    content = json.dumps({**GOOD, name: 1})
    answer = client.post("/v1/tasks", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert len(answer.content) < 3_000
    assert answer.json()["errors"]


def test_a_body_of_10_mb_is_refused_by_its_length(client: TestClient) -> None:
    answer = client.post("/v1/tasks", json={"instruction": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "4,000,000 bytes" in answer.json()["detail"]


def test_a_body_without_a_length_is_refused_while_it_is_read(client: TestClient) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        yield b'{"instruction": "'
        for _ in range(100):
            sent += 1
            yield b"x" * 100_000

    answer = client.post("/v1/tasks", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("length", ["-1", "abc", "1" * 400, "٣"])
def test_a_length_that_is_none_is_refused(client: TestClient, length: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length.encode()}
    assert client.post("/v1/tasks", content=b"{}", headers=headers).status_code == 413


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_that_is_not_declared_as_json_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post("/v1/tasks", content=json.dumps(GOOD), headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_json_with_a_charset_is_json(client: TestClient) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("/v1/tasks", content=json.dumps(GOOD), headers=headers).status_code == 202


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("state=done", "state.0")],
)
def test_a_wrong_query_is_named(client: TestClient, query: str, field: str) -> None:
    problem = client.get(f"/v1/tasks?{query}").json()
    assert problem["status"] == 422
    assert problem["errors"][0]["field"] == field


def test_an_unknown_address_and_method(client: TestClient) -> None:
    nowhere = client.get("/v1/nothing")
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "application/problem+json")
    wrong = client.put("/v1/tasks", json=GOOD)
    assert (wrong.status_code, "POST" in wrong.headers["allow"]) == (405, True)
    assert wrong.json()["detail"].startswith("PUT is not possible here")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "", "testserver.evil.example", "[::1]"]
)
def test_another_name_for_this_server_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/v1/tasks", headers={"Host": host})
    assert answer.status_code == 421
    assert "Host header" in answer.json()["detail"]


def test_a_mistake_of_the_server_shows_nothing_but_an_id(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/broken")
    def broken() -> None:
        raise KeyError("secret")

    answer = TestClient(app, raise_server_exceptions=False).get("/broken")
    assert answer.status_code == 500
    problem = answer.json()
    assert "secret" not in answer.text
    assert problem["instance"].startswith("urn:uuid:")
    assert problem["instance"] in caplog.text


def test_a_broken_store_is_a_503_that_says_what_to_do(client: TestClient, database: Database) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE jobs")
    answer = client.post("/v1/tasks", json=GOOD)
    assert answer.status_code == 503
    assert "disk space" in answer.json()["detail"]
    assert "add(a, b)" not in answer.text
