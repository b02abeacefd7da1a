"""What an ended task leaves, and names in it that a hostile model has chosen."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from tests.unit.api.test_tasks import submit
from verifiers.domain import Attempt, Candidate, Outcome, OutcomeStatus, Receipt, SourceFile, Status, Verdict
from verifiers.reports.archive import zip_of
from worker.access import Scope
from worker.store import claims
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

NAMES = ("code.zip", "findings.sarif", "junit.xml", "receipt.json")
ATTEMPT = Attempt(
    number=1,
    candidate=Candidate(files=(SourceFile(path="pkg/solution.py", content="x = '<script>'\n"),)),
    verdicts=(Verdict(verifier="python-tests", status=Status.PASSED, summary="All passed."),),
)
RECEIPT = Receipt(statement="{}", key_id="0", public_key="", signature="")


def end(client: TestClient, database: Database, outcome: Outcome) -> str:
    job_id = submit(client)
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    claims.finish(database, held, outcome)
    return f"/v1/tasks/{job_id}/artifacts"


def solved(client: TestClient, database: Database) -> str:
    outcome = Outcome(
        status=OutcomeStatus.SOLVED, reason="-", solution=ATTEMPT, attempts=(ATTEMPT,), receipt=RECEIPT
    )
    return end(client, database, outcome)


def test_what_is_listed_can_be_fetched_and_is_for_saving(client: TestClient, database: Database) -> None:
    place = solved(client, database)
    listed = client.get(place).json()["artifacts"]
    assert tuple(one["name"] for one in listed) == NAMES
    for one in listed:
        answer = client.get(one["path"])
        assert answer.status_code == 200, one
        assert answer.headers["content-type"].partition(";")[0] == one["media_type"]
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


def test_the_contents_are_those_of_the_accepted_attempt(client: TestClient, database: Database) -> None:
    place = solved(client, database)
    job_id = place.split("/")[3]
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{place}/code.zip").content))
    assert archive.namelist() == [f"task-{job_id}/pkg/solution.py"]
    assert archive.read(archive.namelist()[0]).decode() == ATTEMPT.candidate.files[0].content
    assert Receipt.model_validate(client.get(f"{place}/receipt.json").json()) == RECEIPT
    sarif = json.loads(client.get(f"{place}/findings.sarif").text)
    assert sarif["version"] == "2.1.0"
    names = [run["tool"]["driver"]["name"] for run in sarif["runs"]]
    assert names[0] == "python-tests"
    assert len(names) > 1  # what is required and gave no verdict is told as well
    suites = ElementTree.fromstring(client.get(f"{place}/junit.xml").text)
    assert suites[0].get("name") == "python-tests"


def test_before_the_end_there_is_nothing(client: TestClient, database: Database) -> None:
    place = f"/v1/tasks/{submit(client)}/artifacts"
    assert client.get(place).json() == {"artifacts": []}
    for name in NAMES:
        answer = client.get(f"{place}/{name}")
        assert (answer.status_code, answer.headers["retry-after"]) == (409, "2")


def test_without_accepted_code_there_is_none_to_fetch(client: TestClient, database: Database) -> None:
    failed = ATTEMPT.model_copy(
        update={"verdicts": (Verdict(verifier="python-tests", status=Status.FAILED, summary="1 failed."),)}
    )
    place = end(client, database, Outcome(status=OutcomeStatus.EXHAUSTED, reason="-", attempts=(failed,)))
    assert [one["name"] for one in client.get(place).json()["artifacts"]] == ["findings.sarif", "junit.xml"]
    for name in ("code.zip", "receipt.json"):
        answer = client.get(f"{place}/{name}")
        assert answer.status_code == 409
        assert "exhausted" in answer.json()["detail"]
    assert "1 failed." in client.get(f"{place}/junit.xml").text


def test_a_task_that_ended_in_an_error_has_nothing_but_the_error(
    client: TestClient, database: Database
) -> None:
    job_id = submit(client)
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    claims.fail(database, held, "Semgrep is not installed.")
    answer = client.get(f"/v1/tasks/{job_id}/artifacts/junit.xml")
    assert answer.status_code == 409
    assert "Semgrep is not installed." in answer.json()["detail"]
    assert "retry-after" not in answer.headers


def test_another_tenants_artifacts_are_not_there(client: TestClient, database: Database) -> None:
    place = solved(client, database)
    wanted = KeyRequest(name="other", tenant="other", scopes=frozenset({Scope.READ}))
    other = {"Authorization": f"Bearer {keys.create(database, wanted).secret}"}
    for path in (place, *(f"{place}/{name}" for name in NAMES)):
        assert client.get(path, headers=other).status_code == 404


HOSTILE = [
    "../../etc/cron.d/x",
    "/etc/passwd",
    "C:\\Windows\\x",
    "..\\..\\x",
    "a/../../b",
    "./x",
    "a//b",
    ".git/hooks/post-checkout",
    "file.txt:stream",
    "con",
    "aux.txt",
    "trailing. ",
    "new\nline",
    "\x00",
    "..",
    "/",
    "*?<>|",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_an_archive_never_leaves_its_folder(path: str, tmp_path: Path) -> None:
    file = SourceFile.model_construct(path=path, content="x")
    archive = zipfile.ZipFile(io.BytesIO(zip_of([file], "task-1")))
    (entry,) = archive.infolist()
    assert entry.filename.startswith("task-1/")
    assert not set('\\:*?"<>|\n\x00') & set(entry.filename)
    assert not {"..", ".", "", "con", "aux.txt"} & set(entry.filename.split("/"))
    assert stat.S_ISREG(entry.external_attr >> 16)
    archive.extractall(tmp_path)
    (made,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert made.is_relative_to(tmp_path / "task-1")


def test_an_archive_is_the_same_every_time_and_loses_no_file() -> None:
    files = [SourceFile.model_construct(path=path, content=path) for path in ("b", "A", "a", "x:y", "x_y")]
    made = zip_of(files, "task-1")
    assert zip_of(files[::-1], "task-1") == made
    archive = zipfile.ZipFile(io.BytesIO(made))
    names = archive.namelist()
    assert len({name.lower() for name in names}) == 5
    assert sorted(archive.read(name).decode() for name in names) == sorted(file.path for file in files)
