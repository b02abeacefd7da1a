"""The API does what its OpenAPI document says, whatever is sent to it: schemathesis tries.

``ACRISOL_EXAMPLES=200 pytest tests/unit/api/test_description.py`` tries longer, and anew each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from tests.fakes import FakeBroker
from tests.unit.api.test_access import things
from verifiers.audit_check import check_audit
from verifiers.domain import CodingTask, Outcome, OutcomeStatus
from verifiers.registry import check_task
from worker.access import Scope
from worker.store import claims
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database, open_database

EXAMPLES = os.environ.get("ACRISOL_EXAMPLES")
APP = create_app(cast(Services, None), max_body_bytes=100_000, hosts={"testserver"})
SCHEMA = schemathesis.openapi.from_asgi("/openapi.json", APP)
# Boundary values one by one, by the hundred for each route: for when there is time.
SCHEMA.config.phases.coverage.enabled = EXAMPLES is not None
load_all_checks()
CHECKED: list[Any] = CHECKS.get_by_names(
    [
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "unsupported_method",
    ]
)
IDS: dict[str, str] = {}
# Nobody has given this server a model to fill in code with.
UNAVAILABLE = {("/v1/completions", 503)}


class Worker(FakeBroker):
    """Ends a job as soon as it is woken for it, so that whoever waits for its end gets an answer."""

    database: Database | None = None  # until then it only remembers

    def wake(self, job_id: str) -> None:
        if self.database is None:
            return
        held = claims.claim(self.database, job_id, "w", 30)
        if held is not None and isinstance(held.work, CodingTask):
            outcome = Outcome(status=OutcomeStatus.EXHAUSTED, reason="None of 3 attempts passed.")
            claims.finish(self.database, held, outcome)


@SCHEMA.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Ids that there are, half of the time: nobody would guess one."""
    if not path_parameters:
        return path_parameters
    return {
        name: IDS[name] if name in IDS and len(str(value)) % 2 else value
        for name, value in path_parameters.items()
    }


@pytest.fixture(scope="module")
def authorization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A server behind the app, with a thing of every kind in it, and an admin's key."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('description')}/jobs.db")
    worker = Worker()
    APP.state.services = Services(database, worker, 5, check_task, check_audit)
    secret = keys.create(database, KeyRequest(name="tests", scopes=frozenset(Scope))).secret
    with TestClient(APP) as client:
        IDS.update(things(client, database, secret))
    worker.database = database
    yield {"Authorization": f"Bearer {secret}"}
    database.close()


@SCHEMA.parametrize()
@settings(
    max_examples=int(EXAMPLES or 6),
    derandomize=EXAMPLES is None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_described(case: Case[Any], authorization: dict[str, str]) -> None:
    answer = case.call_and_validate(headers=authorization, checks=CHECKED, timeout=120)
    assert answer.status_code < 500 or (case.path, answer.status_code) in UNAVAILABLE
