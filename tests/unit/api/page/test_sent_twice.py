"""A form that is sent twice makes one thing."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.unit.api.page.conftest import Visit, key_of
from worker.store import audits, files, jobs
from worker.store.batches import batches
from worker.store.database import Database

_CONTRACT = {"files.0.path": "a.sol", "files.0.content": "pragma solidity ^0.8.0; contract A {}"}
_MARK = re.compile(r'<input type="hidden" name="once" value="([0-9a-f]{32})">')


def mark_on(browser: TestClient, path: str) -> str:
    (mark,) = _MARK.findall(browser.get(path).text)
    return str(mark)


@pytest.mark.parametrize(
    ("form", "to", "fields"),
    [("/tasks/new", "/tasks", {"instruction": "Do it."}), ("/audits/new", "/audits", _CONTRACT)],
)
def test_a_double_click_makes_one(
    visit: Visit, database: Database, form: str, to: str, fields: dict[str, str]
) -> None:
    browser = visit(key_of(database, "one"))
    sent = {"once": mark_on(browser, form), **fields}
    first, second = (browser.post(to, data=sent) for _ in range(2))
    assert first.status_code == 303, first.text
    assert second.headers["location"] == first.headers["location"]
    # Somebody goes back and asks for something else, or for the same on a new form.
    changed = {name: f"{text} " if name.endswith("content") else f"{text}!" for name, text in fields.items()}
    others = [
        browser.post(
            to, data={**changed, **{n: t for n, t in fields.items() if "path" in n}, "once": sent["once"]}
        ),
        browser.post(to, data={**sent, "once": mark_on(browser, form)}),
        browser.post(to, data=fields),
        visit(key_of(database, "two")).post(to, data=sent),
    ]
    places = {answer.headers["location"] for answer in (first, *others)}
    assert len(places) == 5
    stored = jobs.page(database, 10).jobs or audits.page(database, 10).audits
    assert len(stored) == 5


def test_a_batch_that_is_uploaded_twice_is_one_and_its_file_is_kept_once(
    visit: Visit, database: Database
) -> None:
    browser = visit(key_of(database, "one"))
    sent = {"once": mark_on(browser, "/batches"), "endpoint": "/v1/tasks"}

    def upload(content: bytes) -> str:
        answer = browser.post("/batches", data=sent, files={"file": ("a.jsonl", content)})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    first = upload(b'{"custom_id": "a"}\n')
    assert upload(b'{"custom_id": "a"}\n') == first
    assert browser.get(first).status_code == 200
    assert len(batches.page(database, 10).batches) == len(files.page(database, 10).files) == 1
    assert upload(b'{"custom_id": "b"}\n') != first


@pytest.mark.parametrize("mark", ["x" * 5000, "\x00'--", "é\u202e", "page-"])
def test_a_mark_is_any_text(visit: Visit, database: Database, mark: str) -> None:
    browser = visit(key_of(database, "one"))
    first, second = (browser.post("/tasks", data={"instruction": "Do it.", "once": mark}) for _ in range(2))
    assert first.status_code == 303, first.text
    assert first.headers["location"] == second.headers["location"]
