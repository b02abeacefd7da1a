"""Clients as browsers send requests: a cookie, a wish for HTML, and where a form was sent from."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.deps import Services
from worker.access import Caller, Scope
from worker.store.access import authentication, keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database

HERE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
Visit = Callable[..., TestClient]


def key_of(database: Database, tenant: str, *scopes: Scope) -> str:
    request = KeyRequest(name=f"{tenant}'s", tenant=tenant, scopes=frozenset(scopes or Scope))
    return keys.create(database, request).secret


def owner_of(database: Database, secret: str) -> Caller:
    found = authentication.authenticate(database, secret)
    assert found is not None
    return found


@pytest.fixture
def visit(shared_client: TestClient, services: Services) -> Visit:
    """A browser that has signed in with a key; without one, it has not."""

    def browser(secret: str = "") -> TestClient:
        app = cast(FastAPI, shared_client.app)
        app.state.services = services
        client = TestClient(app, headers=HERE, follow_redirects=False, raise_server_exceptions=False)
        if secret:
            answer = client.post("/sign-in", data={"key": secret, "next": "/"})
            assert answer.status_code == 303, answer.text
        return client

    return browser
