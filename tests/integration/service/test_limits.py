"""Rate limits, counted in a real Redis, and what becomes of them without it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from typing import cast

import pytest
from fastapi import FastAPI
from redis import Redis
from starlette.testclient import TestClient

from api.app import create_app
from api.deps import Services
from tests.fakes import FakeBroker, FakeClock
from tests.requirements import require
from verifiers.audit_check import check_audit
from verifiers.registry import check_task
from worker.embedded_redis import EmbeddedRedis, embedded_redis
from worker.limits import RateLimiter
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import open_database

pytestmark = pytest.mark.redis
CLOCK = FakeClock(1_800_000_000.0)  # a full minute
OWN_PAGE = {"Origin": "http://testserver"}


@pytest.fixture(scope="module")
def redis() -> Iterator[EmbeddedRedis]:
    require("redis", shutil.which("redis-server") is not None, "apt-get install redis-server")
    redis = embedded_redis()
    redis.start()
    yield redis
    redis.child.stop(2.0)


@pytest.fixture(scope="module")
def server(redis: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('limits')}/jobs.db")
    limiter = RateLimiter(redis.url, per_minute=5, failures_per_minute=3, clock=CLOCK, steady=CLOCK)
    services = Services(database, FakeBroker(), 5, check_task, check_audit, limiter=limiter)
    app = create_app(services, max_body_bytes=10_000, hosts={"*"})
    with TestClient(app) as client:
        yield client
    database.close()


def key(server: TestClient, per_minute: int | None = None) -> dict[str, str]:
    database = cast(FastAPI, server.app).state.services.database
    made = keys.create(database, KeyRequest(name="tests", per_minute=per_minute))
    return {"Authorization": f"Bearer {made.secret}"}


def statuses(server: TestClient, count: int, headers: dict[str, str]) -> list[int]:
    return [server.get("/v1/tasks", headers=headers).status_code for _ in range(count)]


def test_a_key_has_its_requests_a_minute_and_is_told_where_it_stands(server: TestClient) -> None:
    ada = key(server)
    first = server.get("/v1/tasks", headers=ada)
    assert (first.headers["ratelimit-limit"], first.headers["ratelimit-remaining"]) == ("5", "4")
    assert first.headers["ratelimit-reset"] == "60"
    assert statuses(server, 5, ada) == [200] * 4 + [429]
    refused = server.get("/v1/tasks", headers=ada)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["ratelimit-remaining"] == "0"
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert "Retry-After" in refused.json()["detail"]
    assert statuses(server, 1, key(server)) == [200]
    CLOCK.turn(59.5)
    assert server.get("/v1/tasks", headers=ada).headers["retry-after"] == "1"
    CLOCK.turn(0.5)
    assert statuses(server, 6, ada) == [200] * 5 + [429]


def test_a_key_may_have_a_limit_of_its_own(server: TestClient) -> None:
    assert statuses(server, 3, key(server, per_minute=2)) == [200, 200, 429]
    assert statuses(server, 8, key(server, per_minute=1000)) == [200] * 8


def test_a_request_that_lacks_the_scope_counts_too(server: TestClient) -> None:
    ada = key(server, per_minute=2)
    answers = [server.get("/v1/keys", headers=ada).status_code for _ in range(3)]
    assert answers == [403, 403, 429]


def test_wrong_keys_are_limited_by_address_and_good_ones_from_there_go_on(server: TestClient) -> None:
    wrong = {"Authorization": "Bearer acr_wrong"}
    assert statuses(server, 5, wrong) == [401] * 3 + [429] * 2
    refused = server.get("/v1/tasks", headers=wrong)
    assert "wrong keys" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert statuses(server, 1, key(server)) == [200]
    assert statuses(server, 1, {}) == [401]  # no key at all is no wrong one


def test_wrong_keys_in_the_pages_form_count_too(server: TestClient) -> None:
    CLOCK.turn(60)
    wrong = [server.post("/sign-in", data={"key": "acr_wrong"}, headers=OWN_PAGE) for _ in range(5)]
    assert [answer.status_code for answer in wrong] == [401] * 3 + [429] * 2


def test_an_ipv6_network_counts_as_one_address(redis: EmbeddedRedis) -> None:
    limiter = RateLimiter(redis.url, per_minute=5, failures_per_minute=2, clock=CLOCK)
    counted = [limiter.failure(f"2001:db8::{last}") for last in range(3)]
    assert [quota is not None and quota.exceeded for quota in counted] == [False, False, True]
    other = limiter.failure("2001:db8:0:1::1")
    assert other is not None
    assert not other.exceeded


def test_no_secret_is_in_redis(server: TestClient, redis: EmbeddedRedis) -> None:
    ada = key(server)
    statuses(server, 1, ada)
    with Redis.from_url(redis.url) as client:
        stored = b" ".join(client.keys())
    assert b"acrisol:limits" in stored
    assert ada["Authorization"].removeprefix("Bearer ").encode()[:12] not in stored


def test_without_redis_requests_go_on_and_it_is_said_once(
    server: TestClient, redis: EmbeddedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="worker.limits")
    ada = key(server)
    redis.child.stop(5.0)
    assert statuses(server, 8, ada) == [200] * 8
    CLOCK.turn(6)
    assert statuses(server, 2, ada) == [200] * 2
    assert [record.message for record in caplog.records if record.name == "worker.limits"] == [
        "Redis does not answer (ConnectionError): requests go on without rate limits until it does."
    ]
    assert "ratelimit-limit" not in server.get("/v1/tasks", headers=ada).headers
    redis.start()
    CLOCK.turn(6)
    assert statuses(server, 6, ada) == [200] * 5 + [429]
    assert caplog.records[-1].message == "Redis answers again: rate limits hold."
