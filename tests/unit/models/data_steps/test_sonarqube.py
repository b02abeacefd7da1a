"""Against a server that answers in the form of SonarQube's own ``api/issues/search``."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from models.data.document import Document
from models.data.filters import sonarqube
from models.data.filters.sonarqube import SonarQubeFilter, issues
from models.data.step import Checked, Dropped, Kept
from verifiers.domain import Severity
from verifiers.errors import InvalidInput, ToolFailed

TOKEN = "squ_0123456789abcdef"


class Server(ThreadingHTTPServer):
    """Holds issues as (path, severity) pairs and pages through them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issues: list[tuple[str, str]] = []
        self.asked: list[dict[str, list[str]]] = []
        self.total: int | None = None
        self.raw: bytes | None = None
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self.server.asked.append(asked)
        wanted = f"Basic {base64.b64encode(f'{TOKEN}:'.encode()).decode()}"
        if self.headers.get("Authorization") != wanted:
            self._answer(401, b"")
        elif asked["components"] != ["proj:x"]:
            self._answer(404, json.dumps({"errors": [{"msg": "Component key not found"}]}).encode())
        elif self.server.raw is not None or self.server.status != 200:
            self._answer(self.server.status, self.server.raw or b"")
        else:
            self._answer(200, json.dumps(self._page(asked)).encode())

    def _page(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        severity, size, number = asked["severities"][0], int(asked["ps"][0]), int(asked["p"][0])
        rows = [path for path, own in self.server.issues if own == severity]
        shown = rows[(number - 1) * size : number * size]
        total = len(rows) if self.server.total is None else self.server.total
        return {
            "total": total,
            "p": number,
            "ps": size,
            "paging": {"pageIndex": number, "pageSize": size, "total": total},
            "effortTotal": 30,
            "issues": [
                {
                    "key": f"AY{place}",
                    "rule": "python:S2077",
                    "severity": severity,
                    "component": f"proj:x:{path}",
                    "project": "proj:x",
                    "line": 12,
                    "textRange": {"startLine": 12, "endLine": 12, "startOffset": 4, "endOffset": 20},
                    "flows": [],
                    "status": "OPEN",
                    "message": "Make sure using a dynamically formatted SQL query is safe here.",
                    "type": "VULNERABILITY",
                    "tags": ["cwe", "sql"],
                }
                for place, path in enumerate(shown)
            ],
            "components": [
                {"key": f"proj:x:{path}", "enabled": True, "qualifier": "FIL", "path": path}
                for path in set(shown)
            ],
            "facets": [],
        }

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def server() -> Iterator[Server]:
    issues.cache_clear()
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def token(server: Server, tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{server.url} {TOKEN}\n")
    return file


def _document(path: str, repository: str = "r") -> Document:
    return Document(id=path, text="x", source="s", path=path, repository=repository)


def test_files_with_open_issues_are_dropped(server: Server, token: Path) -> None:
    server.issues = [("src/a.py", "BLOCKER"), ("src/b.py", "MINOR")]
    step = SonarQubeFilter(url=server.url + "/", project="proj:x", token_file=token)
    assert step(_document("src/a.py")) == Dropped("weakness by SonarQube")
    assert step(_document("src/b.py")) == Kept((_document("src/b.py"),))
    assert step(_document("src/c.py")) == Kept((_document("src/c.py"),))
    assert {query["resolved"][0] for query in server.asked} == {"false"}
    assert {query["types"][0] for query in server.asked} == {"VULNERABILITY"}
    assert len(server.asked) == 5


def test_every_page_is_read(server: Server, token: Path) -> None:
    server.issues = [(f"f{number}.py", "MAJOR") for number in range(1_201)]
    step = SonarQubeFilter(url=server.url, project="proj:x", token_file=token)
    assert len(issues(step)) == 1_201
    assert step(_document("f1200.py")) == Dropped("weakness by SonarQube")


def test_they_can_be_kept_marked_and_other_repositories_are_left_alone(server: Server, token: Path) -> None:
    server.issues = [("a.py", "CRITICAL")]
    step = SonarQubeFilter(url=server.url, project="proj:x", token_file=token, found="mark", repository="r")
    done = step(_document("a.py"))
    assert isinstance(done, Kept)
    assert done.documents[0].metadata["weaknesses"] == ["python:S2077"]
    assert step(_document("a.py", "other")) == Kept((_document("a.py", "other"),))
    assert issues(step) == {"a.py": (("python:S2077", Severity.HIGH),)}


def test_more_issues_than_the_server_shows_are_said(server: Server, token: Path) -> None:
    server.issues, server.total = [("a.py", "BLOCKER")], 10_001
    with pytest.raises(InvalidInput, match="10,001 issues of severity BLOCKER"):
        issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=token))


def test_a_wrong_token_and_an_unknown_project_are_said(server: Server, token: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="does not know the project"):
        issues(SonarQubeFilter(url=server.url, project="other", token_file=token))
    with pytest.raises(InvalidInput, match="refuses the token"):
        issues(SonarQubeFilter(url=server.url, project="proj:x"))
    (tmp_path / "empty").write_text("\n")
    for file in (tmp_path / "empty", tmp_path / "none"):
        with pytest.raises(InvalidInput, match="token_file"):
            issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=file))


@pytest.mark.parametrize(
    "raw",
    [b"<html>", b"[]", b"{}", b'{"issues": 1}', b'{"issues": []}', b'{"issues": [{}], "total": 1}',
     b"[" * 100_000,
     b'{"issues": [], "paging": {"total": "1"}}', b'{"issues": [], "total": true}'],
)  # fmt: skip
def test_nonsense_is_no_clean_project(server: Server, token: Path, raw: bytes) -> None:
    server.raw = raw
    with pytest.raises(ToolFailed):
        issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=token))


@pytest.mark.parametrize("status", [301, 500, 503])
def test_other_answers_are_a_broken_server(server: Server, token: Path, status: int) -> None:
    server.status = status
    with pytest.raises(ToolFailed, match=str(status)):
        issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=token))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[", "http://a:b"])
def test_a_server_that_is_not_there_is_said(url: str) -> None:
    issues.cache_clear()
    with pytest.raises(ToolFailed, match="cannot be reached"):
        issues(SonarQubeFilter(url=url, project="p"))


@pytest.mark.parametrize("url", ["ftp://x", "x", "http://u:p@host", "http://h/?a=b", "http://"])
def test_addresses(url: str) -> None:
    with pytest.raises(ValidationError):
        SonarQubeFilter(url=url, project="p")


def test_pages_that_hold_less_than_is_said_are_no_clean_project(server: Server, token: Path) -> None:
    server.issues, server.total = [("a.py", "BLOCKER")], 2
    with pytest.raises(ToolFailed, match="lists 1 of 2 issues"):
        issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=token))


def test_an_answer_is_read_up_to_a_limit(
    server: Server, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sonarqube, "_MOST_BYTES", 1_000)
    server.raw = b" " * 10_000_000
    with pytest.raises(ToolFailed, match="more than 1,000 bytes"):
        issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=token))


def test_a_token_goes_to_the_address_that_stands_with_it_and_nowhere_else(
    server: Server, tmp_path: Path
) -> None:
    """Else a recipe of somebody's could have any file of one word sent to a server of theirs."""
    for text in (TOKEN, f"https://sonar.example.com {TOKEN}", f"{TOKEN} {server.url}"):
        (tmp_path / "secret").write_text(text)
        with pytest.raises(InvalidInput, match="token_file") as raised:
            issues(SonarQubeFilter(url=server.url, project="proj:x", token_file=tmp_path / "secret"))
        assert TOKEN not in str(raised.value)
    assert server.asked == []


def test_the_server_is_asked_before_a_run(server: Server, token: Path) -> None:
    step = SonarQubeFilter(url=server.url, project="proj:y", token_file=token)
    assert isinstance(step, Checked)
    with pytest.raises(InvalidInput, match="does not know the project"):
        step.check()
