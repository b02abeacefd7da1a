"""A real server on loopback over a seeded store, and a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.app import create_app
from api.deps import Services
from tests.fakes import FakeBroker
from tests.integration.page import payloads, seeds
from tests.integration.service.processes import wait_for
from tests.requirements import require
from verifiers.audit_check import check_audit
from verifiers.registry import check_task
from worker.access import Caller, Scope
from worker.store.access import authentication, keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database, open_database

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 800}


class Site(NamedTuple):
    """A running server: where, over what, and whose key opens it."""

    url: str
    database: Database
    owner: Caller
    key: str
    paths: dict[str, str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; without its own sandbox, which root cannot have."""
    program = shutil.which("chromium")
    require("chromium", program is not None, "apt-get install chromium")
    # Not for the session: while it is open an event loop runs in this thread, and asyncio.run() is refused.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with something in every state."""
    with serving(tmp_path_factory.mktemp("site"), seeds.site) as site:
        yield site


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose every text is hostile."""
    paths = [payloads.as_path(text) for text in payloads.IN_PATHS]

    def seed(database: Database, owner: Caller) -> dict[str, str]:
        return seeds.hostile(database, owner, payloads.PAYLOADS, paths)

    with serving(tmp_path_factory.mktemp("hostile"), seed) as site:
        yield site


@contextmanager
def serving(folder: Path, seed: Callable[[Database, Caller], dict[str, str]]) -> Iterator[Site]:
    """A server in a thread, over a store of its own."""
    database = open_database(f"sqlite:///{folder}/jobs.db")
    key = keys.create(database, KeyRequest(name="Ada", scopes=frozenset(Scope))).secret
    owner = authentication.authenticate(database, key)
    assert owner is not None
    services = Services(database, FakeBroker(), wake_after_s=5, check=check_task, check_audit=check_audit)
    app = create_app(services, max_body_bytes=4_000_000, hosts={"127.0.0.1"})
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_for("the server answers", lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Site(f"http://127.0.0.1:{port}", database, owner, key, seed(database, owner))
    finally:
        server.should_exit = True
        thread.join(30)
        database.close()


def signed_in(context: BrowserContext, site: Site) -> Page:
    """A page of somebody who has signed in by hand."""
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("API key").fill(site.key)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.url}/")
    return page
