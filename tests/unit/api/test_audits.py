"""``/v1/audits``: what goes in, what comes out, and what hostile code in it can do to whoever reads it."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.fakes import FakeBroker
from verifiers.audit_values import Audit, AuditedFinding
from verifiers.domain import Finding, Severity, Status, Verdict
from verifiers.errors import ToolMissing
from worker.errors import BrokerUnavailable
from worker.states import JobState
from worker.store import audits, claims, jobs, wakes
from worker.store.database import Database

CODE = "pragma solidity ^0.8.20; contract A {}"
BODY: dict[str, Any] = {"files": [{"path": "A.sol", "content": CODE}], "name": "a"}
HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(2)>"
FORMS = ("json", "html", "pdf", "sarif")


def submit(client: TestClient, body: Any = BODY) -> str:
    answer = client.post("/v1/audits", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def audit(name: str = "a", **more: Any) -> Audit:
    fields = {"verdict": Status.FAILED, "reason": "It is bad.", "duration_s": 1.0, "deadline_s": 60.0}
    started = datetime(2027, 1, 15, tzinfo=UTC)
    return Audit(name=name, acrisol="0.1.0", started_at=started, scope=(), **{**fields, **more})


def finished(client: TestClient, database: Database, made: Audit, body: Any = BODY) -> str:
    audit_id = submit(client, body)
    held = claims.claim(database, audit_id, "w", 30)
    assert held is not None
    assert claims.finish_audit(database, held, made)
    return audit_id


def test_an_audit_is_accepted_and_a_worker_woken(client: TestClient, broker: FakeBroker) -> None:
    answer = client.post("/v1/audits", json=BODY)
    body = answer.json()
    assert (answer.status_code, body["state"], body["verdict"], body["name"]) == (202, "queued", None, "a")
    assert answer.headers["location"] == f"/v1/audits/{body['id']}"
    assert broker.woken == [body["id"]]
    job = client.get(answer.headers["location"]).json()
    assert (job["request"]["files"], job["audit"]) == (BODY["files"], None)


def test_an_audit_is_left_to_the_sweeper_where_redis_is_down(
    client: TestClient, broker: FakeBroker, database: Database
) -> None:
    broker.trouble = BrokerUnavailable("Redis does not answer.")
    audit_id = submit(client)
    assert wakes.due(database, 0, 10) == [audit_id]


def test_the_audit_comes_back_with_its_verdict(client: TestClient, database: Database) -> None:
    audit_id = finished(client, database, audit())
    job = client.get(f"/v1/audits/{audit_id}").json()
    assert (job["state"], job["verdict"], job["audit"]["reason"]) == ("audited", "failed", "It is bad.")
    events = client.get(f"/v1/audits/{audit_id}/events").json()["events"]
    assert events[-1]["event"]["data"] == {"status": "audited", "verdict": "failed", "reason": "It is bad."}
    assert client.get(f"/v1/audits/{audit_id}/events?after=1").json()["events"] == events[1:]


@pytest.mark.parametrize("form", FORMS)
def test_a_report_that_is_not_there_yet_is_a_409_that_says_when(
    client: TestClient, database: Database, form: str
) -> None:
    audit_id = submit(client)
    answer = client.get(f"/v1/audits/{audit_id}/report.{form}")
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "2")
    assert "it is queued" in answer.json()["detail"]
    client.post(f"/v1/audits/{audit_id}/cancel")
    answer = client.get(f"/v1/audits/{audit_id}/report.{form}")
    assert (answer.status_code, "retry-after" in answer.headers) == (409, False)
    assert "cancelled" in answer.json()["detail"]
    assert client.get(f"/v1/audits/nope/report.{form}").status_code == 404


def test_an_audit_that_could_not_be_made_says_why(client: TestClient, database: Database) -> None:
    audit_id = submit(client)
    held = claims.claim(database, audit_id, "w", 30)
    assert held is not None
    claims.fail(database, held, "There is no sandbox. Install bubblewrap.")
    job = client.get(f"/v1/audits/{audit_id}").json()
    assert (job["state"], job["audit"]) == ("error", None)
    assert "Install bubblewrap" in client.get(f"/v1/audits/{audit_id}/report.html").json()["detail"]


def test_the_report_as_json_is_the_audit(client: TestClient, database: Database) -> None:
    made = audit()
    answer = client.get(f"/v1/audits/{finished(client, database, made)}/report.json")
    assert answer.headers["content-type"] == "application/json"
    assert Audit.model_validate_json(answer.content) == made


def test_the_report_as_sarif_holds_the_findings(client: TestClient, database: Database) -> None:
    found = Finding(rule="SWC-107", message="Reentrancy", severity=Severity.HIGH)
    verdict = Verdict(verifier="mythril", status=Status.FAILED, summary="bad", findings=(found,))
    audit_id = finished(client, database, audit(verdicts=(verdict,)))
    answer = client.get(f"/v1/audits/{audit_id}/report.sarif")
    assert answer.headers["content-type"] == "application/sarif+json"
    assert json.loads(answer.content)["runs"][0]["results"][0]["ruleId"] == "SWC-107"


def test_hostile_code_is_text_on_the_page(client: TestClient, database: Database) -> None:
    found = Finding(rule=HOSTILE, message=HOSTILE, severity=Severity.HIGH, counterexample=HOSTILE)
    item = AuditedFinding(id="A-1", finding=found, found_by=(HOSTILE,), blocks=True)
    made = audit(HOSTILE, reason=HOSTILE, findings=(item,), limits=(HOSTILE,))
    answer = client.get(f"/v1/audits/{finished(client, database, made)}/report.html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "&lt;script&gt;" in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert {"frame-ancestors 'none'", "sandbox"} <= set(policy.split("; "))
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_report_of_odd_text_can_be_read_in_every_form(client: TestClient, database: Database) -> None:
    pytest.importorskip("weasyprint")
    audit_id = finished(client, database, audit("\ud800\x00\x1b[31m"))
    for form in FORMS:
        assert client.get(f"/v1/audits/{audit_id}/report.{form}").status_code == 200, form
    assert client.get(f"/v1/audits/{audit_id}/report.pdf").content.startswith(b"%PDF-")


def test_a_server_without_weasyprint_says_so(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(made: Audit) -> bytes:
        raise ToolMissing("PDF reports need WeasyPrint.", "Run scripts/install.")

    monkeypatch.setattr("api.routes.reports.audit_pdf", missing)
    answer = client.get(f"/v1/audits/{finished(client, database, audit())}/report.pdf")
    assert (answer.status_code, answer.json()["detail"]) == (
        501,
        "PDF reports need WeasyPrint. Run scripts/install.",
    )


def test_one_pdf_is_laid_out_at_a_time(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.reports._PATIENCE_S", 0.01)
    began, done = threading.Event(), threading.Event()

    def slow(made: Audit) -> bytes:
        began.set()
        assert done.wait(10)
        return b"%PDF-"

    monkeypatch.setattr("api.routes.reports.audit_pdf", slow)
    audit_id = finished(client, database, audit())
    address = f"/v1/audits/{audit_id}/report.pdf"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.get, address)
        assert began.wait(10)
        try:
            answer = client.get(address)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert client.get(f"/v1/audits/{audit_id}/report.html").status_code == 200
        finally:
            done.set()
        assert first.result().content == b"%PDF-"
    assert client.get(address).content == b"%PDF-"


def test_those_who_wait_for_a_pdf_hold_up_nobody_else(
    app: FastAPI, admin_key: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, done = threading.Event(), threading.Event()

    def slow(made: Audit) -> bytes:
        began.set()
        assert done.wait(60)
        return b"%PDF-"

    monkeypatch.setattr("api.routes.reports.audit_pdf", slow)
    headers = {"Authorization": f"Bearer {admin_key}"}
    with TestClient(app, headers=headers) as client, ThreadPoolExecutor(60) as pool:
        audit_id = finished(client, database, audit())
        waiting = [pool.submit(client.get, f"/v1/audits/{audit_id}/report.pdf") for _ in range(60)]
        try:
            assert began.wait(20)
            time.sleep(1)  # until the others wait for their turn
            for path in ("/healthz", f"/v1/audits/{audit_id}"):
                asked = time.monotonic()
                assert client.get(path).status_code == 200
                assert time.monotonic() - asked < 3, path
        finally:
            done.set()
        assert {answer.result().status_code for answer in waiting} <= {200, 503}


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"files": []}, "files", "at least 1"),
        ({"files": [{"path": "../A.sol", "content": CODE}]}, "files.0.path", "relative path"),
        ({"files": [{"path": "/etc/passwd", "content": CODE}]}, "files.0.path", "relative path"),
        ({"files": [{"path": "a/../../A.sol", "content": CODE}]}, "files.0.path", "relative path"),
        ({"files": [{"path": "a\\A.sol", "content": CODE}]}, "files.0.path", "relative path"),
        ({"libraries": [{"path": "lib/../../x.sol", "content": ""}]}, "libraries.0.path", "relative path"),
        ({"tests": {"files": [{"path": "~/../x", "content": ""}]}}, "tests.files.0.path", "relative path"),
        ({"files": [{"path": "A.vy", "content": "x"}]}, "body", ".sol"),
        ({"files": [{"path": "A.sol", "content": "\u0000\u0001"}]}, "files.0.content", "control character"),
        ({"files": [{"path": "A.sol", "content": "x" * 1_000_001}]}, "files.0", "1,000,000"),
        ({"files": [{"path": "A.t.sol", "content": CODE}]}, "body", "tests.files"),
        ({"libraries": BODY["files"]}, "body", "in 'files' and in 'libraries'"),
        ({"tests": {"files": BODY["files"]}}, "body", "in 'files' and in 'tests.files'"),
        ({"deadline_s": 1}, "deadline_s", "5"),
        ({"deadline_s": 1e9}, "deadline_s", "3600"),
        ({"policy": {"require": ["mythrill"]}}, "policy.require", "no verifier named"),
        ({"file": "x"}, "file", ""),
    ],
)
def test_bad_input_is_refused_by_name(
    client: TestClient, broker: FakeBroker, change: Any, field: str, said: str
) -> None:
    answer = client.post("/v1/audits", json={**BODY, **change})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["errors"][0]["field"] == field
    assert said in problem["detail"]
    assert broker.woken == []
    assert client.get("/v1/audits").json()["audits"] == []


def test_code_beyond_two_megabytes_is_refused(client: TestClient) -> None:
    files = [{"path": f"{place}.sol", "content": "//" + "x" * 900_000} for place in range(3)]
    answer = client.post("/v1/audits", json={"files": files})
    assert answer.status_code == 422
    assert "2,000,000" in answer.json()["detail"]


def test_a_page_of_another_site_cannot_submit_one(client: TestClient) -> None:
    answer = client.post("/v1/audits", content=json.dumps(BODY), headers={"content-type": "text/plain"})
    assert answer.status_code == 415


def test_tasks_and_audits_are_apart(client: TestClient, database: Database) -> None:
    audit_id = submit(client)
    task_id = client.post("/v1/tasks", json={"instruction": "Add."}).json()["id"]
    assert [item["id"] for item in client.get("/v1/audits").json()["audits"]] == [audit_id]
    assert [item["id"] for item in client.get("/v1/tasks").json()["jobs"]] == [task_id]
    for path in (f"/v1/tasks/{audit_id}", f"/v1/tasks/{audit_id}/events", f"/v1/audits/{task_id}"):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/v1/tasks/{audit_id}/cancel").status_code == 404
    assert client.post(f"/v1/audits/{task_id}/cancel").status_code == 404
    assert jobs.summary(database, task_id).state is JobState.QUEUED
    assert audits.summary(database, audit_id).state is JobState.QUEUED


def test_audits_are_listed_in_pages_by_state(client: TestClient, database: Database) -> None:
    ids = [submit(client) for _ in range(3)] + [finished(client, database, audit())]
    first = client.get("/v1/audits", params={"limit": 2}).json()
    rest = client.get("/v1/audits", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert sorted(item["id"] for item in first["audits"] + rest["audits"]) == sorted(ids)
    (ended,) = client.get("/v1/audits?state=audited").json()["audits"]
    assert (ended["id"], ended["verdict"]) == (ids[-1], "failed")
    assert "request" not in ended


@pytest.mark.parametrize("audit_id", ["nope", "%00", "'; DROP TABLE jobs; --", "x" * 3000])
def test_an_unknown_audit_is_a_404_problem(client: TestClient, audit_id: str) -> None:
    answer = client.get(f"/v1/audits/{audit_id}")
    assert answer.status_code == 404
    assert "There is no audit with the id" in answer.json()["detail"]
    assert len(answer.content) < 500
