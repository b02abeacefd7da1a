"""Who may do what, on every route that there is: walked over, so that a new route is held to it by itself.

A route is refused without a key, with a key that lacks the scope, and for another tenant's things. One that
needs a body, or an id that is not among those here, makes the walk fail until it is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from api.routes import reports
from tests.fakes import FakeBroker
from tests.unit.api.test_audits import audit
from verifiers.audit_check import check_audit
from verifiers.domain import Attempt, Candidate, Outcome, OutcomeStatus, SourceFile
from verifiers.registry import check_task
from worker.access import Scope
from worker.store import claims
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database, open_database
from worker.store.schema import batches, jobs, metadata

# What anybody may see: that the server lives, how it is spoken to, and the way in.
OPEN = {
    "/healthz",
    "/readyz",
    "/ping",
    "/docs",
    "/openapi.json",
    "/static/{version}/{name}",
    "/sign-in",
    "/sign-out",
}
OPEN_MOUNTS = {"/docs/assets"}
# What belongs to no tenant.
SHARED = {"model_id", "switch"}
# Bodies that get past the checks of what is in them, where {} does not.
BODIES: dict[str, Any] = {
    "/v1/tasks/{task_id}/feedback": {"verdict": "accepted"},
}
FORMS: dict[str, dict[str, str]] = {
    "/tasks/{task_id}/feedback": {"verdict": "accepted"},
}


class Guarded(NamedTuple):
    """A route that needs a key."""

    method: str
    path: str

    @property
    def names(self) -> list[str]:
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    def at(self, ids: dict[str, str]) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: ids[found[1]], self.path)


def routes_of(app: FastAPI) -> list[Guarded]:
    """All routes that have to be guarded; fails on whatever else there is."""
    found = []
    for context in iter_route_contexts(app.routes):
        path = str(context.path)
        if isinstance(context.original_route, Mount):
            assert path in OPEN_MOUNTS, f"{path}: what is mounted here?"
            continue
        assert isinstance(context.original_route, (Route, APIRoute)), f"{path}: what is this?"
        if path not in OPEN:
            found += [Guarded(method, path) for method in sorted((context.methods or set()) - {"HEAD"})]
    return found


ROUTES = routes_of(create_app(cast(Services, None), max_body_bytes=10, hosts=()))


class World(NamedTuple):
    """A server with the things of one tenant, and keys of several kinds."""

    client: TestClient
    database: Database
    ids: dict[str, str]
    keys: dict[str, str]

    def status(self, route: Guarded, key: str | None, ids: dict[str, str] | None = None) -> int:
        self.client.cookies.clear()
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys[key]}"}
        form = FORMS.get(route.path)
        body = None if form or route.method in ("GET", "DELETE") else BODIES.get(route.path, {})
        return self.client.request(
            route.method,
            route.at(ids or self.ids),
            json=body,
            data=form,
            headers=headers,
            follow_redirects=False,
        ).status_code

    def rows(self) -> str:
        """All that is stored, apart from when keys were used."""
        with self.database.begin() as connection:
            tables = [
                (table.name, [dict(row) for row in connection.execute(table.select()).mappings()])
                for table in metadata.sorted_tables
            ]
        told = [
            row | {"last_used_at": None} if name == "keys" else row for name, rows in tables for row in rows
        ]
        return json.dumps(told, default=repr)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('access')}/jobs.db")
    services = Services(database, FakeBroker(), 5, check_task, check_audit)
    app = create_app(services, max_body_bytes=100_000, hosts={"testserver"})
    with pytest.MonkeyPatch.context() as patch, TestClient(app, raise_server_exceptions=False) as client:
        patch.setattr(reports, "audit_pdf", lambda audit: b"%PDF-")  # which takes seconds
        secrets = keys_of(database)
        yield World(client, database, things(client, database, secrets["red"]), secrets)
    database.close()


def keys_of(database: Database) -> dict[str, str]:
    """Keys of three tenants and of several kinds."""
    wanted = {
        "red": ("red", {Scope.READ, Scope.SUBMIT}),
        "blue": ("blue", {Scope.READ, Scope.SUBMIT}),
        "reader": ("blue", {Scope.READ}),
        "submitter": ("blue", {Scope.SUBMIT}),
        "sender": ("red", {Scope.SUBMIT}),
        "admin": ("ops", {Scope.ADMIN}),
    }
    new = {
        name: keys.create(database, KeyRequest(name=name, tenant=tenant, scopes=frozenset(scopes)))
        for name, (tenant, scopes) in wanted.items()
    }
    return {name: made.secret for name, made in new.items()} | {"wrong": "acr_" + "A" * 43}


def things(client: TestClient, database: Database, secret: str) -> dict[str, str]:
    """A thing of every kind, by the name that its id has in routes."""
    headers = {"Authorization": f"Bearer {secret}"}

    def post(path: str, body: dict[str, Any]) -> Any:
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    code = (SourceFile(path="solution.py", content="def add(a, b):\n    return a + b\n"),)
    task = post("/v1/tasks", {"instruction": "Write a function `add(a, b)`."})["id"]
    held = claims.claim(database, task, "w", 30)
    assert held is not None
    solved = Attempt(
        number=1, candidate=Candidate(files=code, model="m", prompt_digest="0" * 64), verdicts=()
    )
    claims.finish(
        database,
        held,
        Outcome(status=OutcomeStatus.SOLVED, reason="It passed.", attempts=(solved,), solution=solved),
    )
    dead = post("/v1/tasks", {"instruction": "Kill the worker."})["id"]
    with database.begin() as connection:
        connection.execute(jobs.update().where(jobs.c.id == dead).values(state="dead"))
    audit_id = post("/v1/audits", {"files": [{"path": "A.sol", "content": "contract A {}"}]})["id"]
    held = claims.claim(database, audit_id, "w", 30)
    assert held is not None
    claims.finish_audit(database, held, audit())
    webhook = post("/v1/webhooks", {"url": "https://hooks.example.com/x"})["webhook"]["id"]
    line = b'{"custom_id": "a", "method": "POST", "url": "/v1/tasks", "body": {"instruction": "Add."}}\n'
    sent = {"file": ("in.jsonl", line)}
    file = client.post("/v1/files", data={"purpose": "batch"}, files=sent, headers=headers).json()["id"]
    batch = {"input_file_id": file, "endpoint": "/v1/tasks", "completion_window": "24h"}
    batch_id = post("/v1/batches", batch)["id"]
    with database.begin() as connection:  # or looking on would last until it ends
        connection.execute(batches.update().values(state="completed", finished_at=database.clock()))
    return {
        "task_id": task,
        "job_id": dead,
        "audit_id": audit_id,
        "webhook_id": webhook,
        "delivery_id": post(f"/v1/webhooks/{webhook}/test", {})["id"],
        "file_id": file,
        "batch_id": batch_id,
        "key_id": keys.create(database, KeyRequest(name="spare", tenant="red")).key.id,
        "model_id": "acrisol",
        "switch": "disable",
    }


@pytest.mark.parametrize("key", [None, "wrong"])
@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_no_route_is_open(world: World, route: Guarded, key: str | None) -> None:
    assert world.status(route, key) == 401


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_every_route_needs_a_scope(world: World, route: Guarded) -> None:
    reading, submitting = world.status(route, "reader"), world.status(route, "submitter")
    assert 403 in (reading, submitting)
    if route.method != "GET":
        assert reading == 403, "a key that may only read must change nothing"


OWNED = [route for route in ROUTES if set(route.names) - SHARED]


@pytest.mark.parametrize("route", OWNED, ids=" ".join)
def test_another_tenant_s_things_are_not_there(world: World, route: Guarded) -> None:
    before = world.rows()
    assert world.status(route, "blue") == (403 if for_admins(world, route) else 404)
    assert world.rows() == before


@pytest.mark.parametrize("route", OWNED, ids=" ".join)
def test_they_are_there_for_their_tenant(world: World, route: Guarded) -> None:
    deletes = re.search("delete|revoke", " ".join(route), re.IGNORECASE)
    ids = things(world.client, world.database, world.keys["red"]) if deletes else None
    status = world.status(route, "admin" if for_admins(world, route) else "red", ids)
    assert status not in (401, 403, 404), "or the test before proves nothing"
    assert status < 500


def for_admins(world: World, route: Guarded) -> bool:
    nobody = dict.fromkeys(world.ids, "nothing")
    return world.status(route, "red", nobody) == 403


def test_no_list_shows_another_tenant_s_things(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.keys['blue']}"}
    for route in ROUTES:
        if route.method == "GET" and not route.names:
            shown = world.client.get(route.path, headers=headers).text
            for name in set(world.ids) - SHARED - {"model_id"}:
                assert world.ids[name] not in shown, route


def test_the_walk_sees_a_route_that_is_not_guarded() -> None:
    app = create_app(cast(Services, None), max_body_bytes=10, hosts={"testserver"})

    @app.get("/v1/new/{new_id}")
    def new(new_id: str) -> str:
        return new_id

    added = [route for route in routes_of(app) if route not in ROUTES]
    assert added == [Guarded("GET", "/v1/new/{new_id}")]
    assert TestClient(app).get("/v1/new/1").status_code == 200  # and not 401
    app.mount("/files", cast(Any, app))
    with pytest.raises(AssertionError, match="mounted"):
        routes_of(app)


def test_a_key_that_may_not_read_is_shown_nothing_that_is_stored(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.keys['sender']}"}
    for route in ROUTES:
        if route.method == "DELETE" or re.search("delete|revoke", route.path):
            continue
        body = {} if route.method == "GET" else {"json": BODIES.get(route.path, {})}
        path = route.at(world.ids)
        if path.endswith("/new"):
            path += f"?like={world.ids['audit_id' if 'audit' in path else 'task_id']}"
        shown = world.client.request(route.method, path, **body, headers=headers, follow_redirects=False)
        for stored in ("add(a, b)`.", "def add", "hooks.example.com", "contract A"):
            assert stored not in shown.text, route
