"""Files and batches by HTTP, in OpenAI's shapes, and what strangers try with them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from verifiers.domain import CodingTask
from worker.access import Scope
from worker.batches.runner import BatchRunner
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

LINE = b'{"custom_id": "a", "instruction": "x"}\n'


def upload(client: TestClient, data: bytes = LINE, name: str = "tasks.jsonl", **headers: str) -> Any:
    form = {"purpose": "batch"}
    return client.post("/v1/files", files={"file": (name, data)}, data=form, headers=headers)


def create(client: TestClient, file_id: str, **more: Any) -> Any:
    body = {"input_file_id": file_id, "endpoint": "/v1/tasks", "completion_window": "24h", **more}
    return client.post("/v1/batches", json=body)


def go_round(database: Database) -> None:
    def check(task: CodingTask) -> None:
        return None

    BatchRunner(database, check, 10).round()


@pytest.fixture
def other(database: Database) -> dict[str, str]:
    """The headers of another tenant, who is no admin."""
    request = KeyRequest(name="other", tenant="other", scopes=frozenset({Scope.READ, Scope.SUBMIT}))
    return {"Authorization": f"Bearer {keys.create(database, request).secret}"}


def test_a_file_goes_in_and_comes_out_and_goes_away(client: TestClient) -> None:
    data = LINE * 20_000
    made = upload(client, data)
    assert made.status_code == 200, made.text
    file = made.json()
    assert {key: file[key] for key in ("object", "bytes", "filename", "purpose", "status")} == {
        "object": "file",
        "bytes": len(data),
        "filename": "tasks.jsonl",
        "purpose": "batch",
        "status": "processed",
    }
    assert client.get(f"/v1/files/{file['id']}").json() == file
    assert client.get(f"/v1/files/{file['id']}/content").content == data
    deleted = {"id": file["id"], "object": "file", "deleted": True}
    assert client.delete(f"/v1/files/{file['id']}").json() == deleted
    for path in ("", "/content"):
        answer = client.get(f"/v1/files/{file['id']}{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


def test_files_are_listed_page_by_page(client: TestClient) -> None:
    ids = [upload(client).json()["id"] for _ in range(3)]
    first = client.get("/v1/files", params={"limit": 2}).json()
    assert (first["object"], first["has_more"]) == ("list", True)
    rest = client.get("/v1/files", params={"limit": 2, "after": first["last_id"]}).json()
    assert [file["id"] for file in first["data"] + rest["data"]] == sorted(ids, reverse=True)
    assert rest["has_more"] is False
    oldest = client.get("/v1/files", params={"order": "asc", "purpose": "batch"}).json()
    assert [file["id"] for file in oldest["data"]] == sorted(ids)
    assert client.get("/v1/files", params={"purpose": "batch_output"}).json()["data"] == []


@pytest.mark.parametrize(
    ("form", "files", "param"),
    [
        ({"purpose": "batch"}, None, "file"),
        ({"purpose": "batch", "file": "text"}, None, "file"),
        ({"purpose": "fine-tune"}, {"file": ("a", LINE)}, "purpose"),
        ({}, {"file": ("a", LINE)}, "purpose"),
        ({"purpose": "batch"}, {"file": ("a", b"")}, "file"),
        ({"purpose": "batch"}, {"file": ("a", LINE), "second": ("b", LINE)}, "body"),
        ({"purpose": "batch" * 9000}, {"file": ("a", LINE)}, "body"),
        ({str(number): "x" for number in range(50)}, {"file": ("a", LINE)}, "body"),
    ],
    ids=["no file", "text", "purpose", "no purpose", "empty", "two", "long", "many"],
)
def test_a_wrong_form_is_told_by_its_field(client: TestClient, form: Any, files: Any, param: str) -> None:
    answer = client.post("/v1/files", data=form, files=files)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param), answer.text


@pytest.mark.parametrize("body", [b"", b"nonsense", b"--x\r\nnonsense", b"--x\r\n\r\n\r\n--x--"])
def test_a_broken_form_is_told(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/v1/files", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_nothing_of_an_upload_is_read_before_the_key_was_looked_at(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def form(*args: Any, **options: Any) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr(Request, "form", form)
    assert upload(client, Authorization="Bearer wrong").status_code == 401


def test_a_file_name_is_only_a_name(client: TestClient) -> None:
    name = '../../e\\"v;il\u202egnp.jsonl; filename=x'.encode()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--x\r\n'
        b'Content-Disposition: form-data; name="file"; filename="' + name + b'"\r\n\r\n{}\r\n--x--\r\n'
    )
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    file = client.post("/v1/files", content=body, headers=form).json()
    assert file["filename"] == 'e"v;ilgnp.jsonl; filename=x'
    headers = client.get(f"/v1/files/{file['id']}/content").headers
    said = "attachment; filename*=UTF-8''e%22v%3Bilgnp.jsonl%3B%20filename%3Dx"
    assert headers["content-disposition"] == said
    assert headers["x-content-type-options"] == "nosniff"


def test_a_batch_is_made_listed_cancelled_and_deleted(client: TestClient, database: Database) -> None:
    file_id = upload(client).json()["id"]
    made = create(client, file_id, metadata={"project": "docs"})
    assert made.status_code == 200, made.text
    batch = made.json()
    assert (batch["object"], batch["status"], batch["input_file_id"]) == ("batch", "validating", file_id)
    assert batch["metadata"] == {"project": "docs"}
    assert batch["expires_at"] - batch["created_at"] == 86_400
    assert batch["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    assert client.delete(f"/v1/files/{file_id}").status_code == 409
    go_round(database)
    path = f"/v1/batches/{batch['id']}"
    assert client.get(path).json()["request_counts"]["total"] == 1
    assert client.delete(path).status_code == 409
    assert client.get("/v1/batches", params={"limit": 1}).json()["data"][0]["id"] == batch["id"]
    assert client.post(f"{path}/cancel").json()["status"] == "cancelling"
    go_round(database)
    go_round(database)
    batch = client.get(path).json()
    assert batch["status"] == "cancelled"
    assert batch["cancelled_at"] >= batch["cancelling_at"]
    errors = client.get(f"/v1/files/{batch['error_file_id']}/content").text
    assert json.loads(errors)["error"]["code"] == "batch_cancelled"
    assert client.delete(path).json() == {"id": batch["id"], "object": "batch", "deleted": True}
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"endpoint": "/v1/keys"}, "endpoint"),
        ({"endpoint": "http://169.254.169.254/"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"input_file_id": "x" * 1000}, "input_file_id"),
        ({"metadata": {"a": "x" * 513}}, "metadata.a"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "metadata"),
        ({"tenant": "other"}, "tenant"),
    ],
    ids=str,
)
def test_a_wrong_batch_is_told_by_its_field(client: TestClient, change: Any, param: str) -> None:
    answer = create(client, change.pop("input_file_id", "file-1"), **change)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_metadata_is_text_that_can_be_sent_back(client: TestClient) -> None:
    body = b'{"input_file_id": "x", "endpoint": "/v1/tasks", "completion_window": "24h", "metadata": %b}'
    for value in (b'{"a": "\\ud800"}', b'{"\\u0000": "a"}'):
        headers = {"Content-Type": "application/json"}
        assert client.post("/v1/batches", content=body % value, headers=headers).status_code == 400


def test_another_tenant_sees_and_does_nothing(client: TestClient, other: dict[str, str]) -> None:
    file_id = upload(client).json()["id"]
    batch_id = create(client, file_id).json()["id"]
    body = {"input_file_id": file_id, "endpoint": "/v1/tasks", "completion_window": "24h"}
    assert client.post("/v1/batches", json=body, headers=other).status_code == 404
    for method, path in (
        ("GET", f"/v1/files/{file_id}"),
        ("GET", f"/v1/files/{file_id}/content"),
        ("DELETE", f"/v1/files/{file_id}"),
        ("GET", f"/v1/batches/{batch_id}"),
        ("POST", f"/v1/batches/{batch_id}/cancel"),
        ("DELETE", f"/v1/batches/{batch_id}"),
    ):
        assert client.request(method, path, headers=other).status_code == 404, (method, path)
    for path in ("/v1/files", "/v1/batches"):
        assert client.get(path, headers=other).json()["data"] == []
