"""Signing in to the page: what the cookie is good for, until when, and what other sites cannot do with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

import pytest
from fastapi import FastAPI, Form, Request, Response
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from api.sessions import after_sign_in, sign_in, sign_out
from tests.fakes import FakeClock
from worker.access import Scope
from worker.store.access import keys
from worker.store.access.values import KeyRequest, NewKey
from worker.store.database import Database

TASK = {"instruction": "Write a function `add(a, b)`."}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(1_800_000_000.0)


@pytest.fixture
def database(database: Database, clock: FakeClock) -> Database:
    return Database(database.engine, clock)


@pytest.fixture(scope="module")
def page() -> Iterator[TestClient]:
    """The app with the two routes that the page has."""
    app = create_app(cast(Services, None), max_body_bytes=4_000_000, hosts={"testserver"})

    @app.post("/test/in")
    def come(request: Request, secret: Annotated[str, Form()], response: Response) -> str | None:
        found = sign_in(request, secret, response)
        return found.name if found else None

    @app.post("/test/out")
    def leave(request: Request, response: Response) -> None:
        sign_out(request, response)

    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def browser(page: TestClient, services: Services) -> TestClient:
    cast(FastAPI, page.app).state.services = services
    page.cookies.clear()
    return page


@pytest.fixture
def key(database: Database) -> NewKey:
    return keys.create(database, KeyRequest(name="Ada", scopes=frozenset({Scope.READ, Scope.SUBMIT})))


def enter(browser: TestClient, secret: str) -> Response:
    return browser.post("/test/in", data={"secret": secret}, headers=OWN)  # type: ignore[return-value]


def reads(browser: TestClient) -> int:
    return browser.get("/v1/tasks").status_code


def test_a_key_signs_in_and_the_cookie_is_as_good_as_it(browser: TestClient, key: NewKey) -> None:
    assert reads(browser) == 401
    answer = browser.post("/test/in", data={"secret": f" {key.secret} "}, headers=OWN)
    assert answer.json() == "Ada"
    cookie = answer.headers["set-cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=604800"):
        assert word in cookie
    assert "Secure" not in cookie
    assert key.secret not in cookie
    assert reads(browser) == 200
    assert browser.post("/v1/tasks", json=TASK, headers=OWN).status_code == 202


def test_behind_https_the_cookie_goes_over_https_only(browser: TestClient, key: NewKey) -> None:
    answer = browser.post("https://testserver/test/in", data={"secret": key.secret}, headers=OWN)
    assert answer.headers["set-cookie"].startswith("__Host-acrisol=")
    assert "Secure" in answer.headers["set-cookie"]
    assert browser.get("https://testserver/v1/tasks").status_code == 200
    assert browser.get("http://testserver/v1/tasks").status_code == 401


@pytest.mark.parametrize("secret", ["", "acr_", "acr_" + "x" * 43, "é☃", "x" * 100_000])
def test_a_wrong_key_sets_no_cookie(browser: TestClient, secret: str) -> None:
    answer = browser.post("/test/in", data={"secret": secret}, headers=OWN)
    assert answer.status_code in (200, 422)  # 422: an empty field
    assert answer.status_code == 422 or answer.json() is None
    assert "set-cookie" not in answer.headers


def test_a_session_ends_with_its_key(browser: TestClient, key: NewKey, database: Database) -> None:
    enter(browser, key.secret)
    keys.revoke(database, key.key.id)
    assert reads(browser) == 401


def test_a_session_ends_after_a_week(browser: TestClient, key: NewKey, clock: FakeClock) -> None:
    enter(browser, key.secret)
    clock.turn(7 * 86_400 - 1)
    assert reads(browser) == 200
    clock.turn(2)
    assert reads(browser) == 401


def test_after_signing_out_a_copy_of_the_cookie_is_good_for_nothing(browser: TestClient, key: NewKey) -> None:
    enter(browser, key.secret)
    copied = browser.cookies["acrisol"]
    assert browser.post("/test/out", headers=OWN).status_code == 200
    assert "acrisol" not in browser.cookies
    assert browser.get("/v1/tasks", headers={"Cookie": f"acrisol={copied}"}).status_code == 401


def test_a_cookie_that_was_planted_is_replaced(browser: TestClient, key: NewKey, database: Database) -> None:
    other = keys.create(database, KeyRequest(name="Mallory"))
    enter(browser, other.secret)
    planted = browser.cookies["acrisol"]
    enter(browser, key.secret)
    assert browser.cookies["acrisol"] != planted
    browser.cookies.clear()
    assert browser.get("/v1/tasks", headers={"Cookie": f"acrisol={planted}"}).status_code == 401
    assert browser.get("/v1/tasks", headers={"Cookie": "acrisol=chosen-by-me"}).status_code == 401


OTHERS = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of the domain": {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
    "a typed address": {"Sec-Fetch-Site": "none"},
    "an old browser": {"Origin": "https://evil.example"},
    "an old browser, another port": {"Origin": "http://testserver:3000"},
    "an old browser, a longer name": {"Origin": "http://testserver.evil.example"},
    "a sandboxed frame": {"Origin": "null"},
    "an address that is none": {"Origin": "http://["},
    "nothing that says": {},
}


@pytest.mark.parametrize("headers", OTHERS.values(), ids=OTHERS.keys())
def test_another_site_changes_nothing_with_the_cookie(
    browser: TestClient, key: NewKey, headers: dict[str, str]
) -> None:
    enter(browser, key.secret)
    refused = browser.post("/v1/tasks", json=TASK, headers=headers)
    assert refused.status_code == 403
    assert "own page" in refused.json()["detail"]
    assert browser.post("/test/out", headers=headers).status_code == 403
    assert browser.post("/test/in", data={"secret": key.secret}, headers=headers).status_code == 403
    assert browser.get("/v1/tasks").json()["jobs"] == []


def test_an_old_browser_on_the_own_page_is_let_through(browser: TestClient, key: NewKey) -> None:
    enter(browser, key.secret)
    own = {"Origin": "https://testserver"}  # encrypted by a proxy in front
    assert browser.post("/v1/tasks", json=TASK, headers=own).status_code == 202


def test_a_key_in_the_header_counts_and_not_the_cookie(browser: TestClient, key: NewKey) -> None:
    enter(browser, key.secret)
    assert browser.get("/v1/tasks", headers={"Authorization": "Bearer acr_wrong"}).status_code == 401


def test_a_browser_without_a_session_is_sent_to_sign_in_and_back(browser: TestClient) -> None:
    answer = browser.get("/v1/tasks?limit=3&state=solved", headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/v1/tasks%3Flimit%3D3%26state%3Dsolved"
    assert browser.post("/v1/tasks", json=TASK, headers={"Accept": "text/html"}).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/tasks/1?x=2#y", "/tasks/1?x=2#y"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tx", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_nowhere_else(wanted: str | None, where: str) -> None:
    assert after_sign_in(wanted) == where
