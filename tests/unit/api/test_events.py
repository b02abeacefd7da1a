"""Events as they come: each once and in order, to clients that break off, wait, or are many."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.openai.places import Places
from api.watching import BEAT, Watchers
from tests.unit.api.test_tasks import submit
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus
from worker.access import Caller, Scope
from worker.store import claims, events, jobs
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database
from worker.store.records import Claim

SSE = {"Accept": "text/event-stream"}
DONE = Outcome(status=OutcomeStatus.EXHAUSTED, reason="No attempt passed.")


def parsed(stream: str) -> list[dict[str, str]]:
    """The events of a stream, as its specification says; comments are left out."""
    frames = [
        dict(line.split(": ", 1) for line in frame.split("\n")) for frame in stream.split("\n\n") if frame
    ]
    return [frame for frame in frames if "data" in frame]


def running(database: Database) -> Claim:
    job_id = jobs.submit(database, CodingTask(instruction="Add."), 60).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    return held


def ended(database: Database, more: int = 3) -> str:
    held = running(database)
    for number in range(more):
        events.append(database, held, Event(kind="verdict", attempt=1, data={"number": number}))
    claims.finish(database, held, DONE)
    return held.job_id


def test_an_ended_tasks_stream_is_what_is_stored_and_ends(client: TestClient, database: Database) -> None:
    job_id = ended(database)
    answer = client.get(f"/v1/tasks/{job_id}/events", headers=SSE)
    assert answer.headers["content-type"].startswith("text/event-stream")
    got = parsed(answer.text)
    stored = client.get(f"/v1/tasks/{job_id}/events").json()["events"]
    assert [json.loads(frame["data"]) for frame in got] == stored
    assert [int(frame["id"]) for frame in got] == [1, 2, 3, 4, 5]
    assert [frame["event"] for frame in got] == ["started", "verdict", "verdict", "verdict", "outcome"]


@pytest.mark.parametrize("how", [{"headers": {"Last-Event-ID": "3"}}, {"params": {"after": 3}}])
def test_a_stream_is_taken_up_where_it_broke_off(
    client: TestClient, database: Database, how: dict[str, Any]
) -> None:
    job_id = ended(database)
    how["headers"] = {**SSE, **how.get("headers", {})}
    got = parsed(client.get(f"/v1/tasks/{job_id}/events", **how).text)
    assert [int(frame["id"]) for frame in got] == [4, 5]


def test_what_a_browser_sends_counts_more_than_the_address(client: TestClient, database: Database) -> None:
    job_id = ended(database)
    place = f"/v1/tasks/{job_id}/events"
    got = client.get(place, params={"after": 1}, headers={**SSE, "Last-Event-ID": "4"})
    assert [int(frame["id"]) for frame in parsed(got.text)] == [5]


def test_a_client_that_has_all_is_told_not_to_come_back(client: TestClient, database: Database) -> None:
    job_id = ended(database)
    answer = client.get(f"/v1/tasks/{job_id}/events", headers={**SSE, "Last-Event-ID": "5"})
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("last", ["-1", "x", "1.5", "9" * 40])
def test_an_event_id_that_is_none_is_named(client: TestClient, database: Database, last: str) -> None:
    answer = client.get(f"/v1/tasks/{ended(database)}/events", headers={**SSE, "Last-Event-ID": last})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "last-event-id"


def test_hostile_text_stays_in_its_line(client: TestClient, database: Database) -> None:
    held = running(database)
    text = "a\n\nevent: outcome\ndata: {}\r\r\u2028\u0085\ud800\x00end"
    events.append(database, held, Event(kind="candidate", data={"code": text}))
    claims.finish(database, held, DONE)
    answer = client.get(f"/v1/tasks/{held.job_id}/events", headers=SSE)
    assert answer.content.isascii()
    got = parsed(answer.text)
    assert [frame["event"] for frame in got] == ["started", "candidate", "outcome"]
    assert json.loads(got[1]["data"])["event"]["data"]["code"].startswith("a\n\nevent: outcome")


def test_another_tenants_events_are_not_there(client: TestClient, database: Database) -> None:
    job_id = submit(client)
    wanted = KeyRequest(name="other", tenant="other", scopes=frozenset({Scope.READ}))
    other = {"Authorization": f"Bearer {keys.create(database, wanted).secret}"}
    for what in ("tasks", "audits"):
        answer = client.get(f"/v1/{what}/{job_id}/events", headers={**SSE, **other})
        assert answer.status_code == 404
    assert client.get(f"/v1/audits/{job_id}/events", headers=SSE).status_code == 404  # it is a task


def test_a_key_opens_so_many_streams_and_no_more(client: TestClient, database: Database) -> None:
    services = client.app.state.services  # type: ignore[attr-defined]
    object.__setattr__(services, "streams", Places(10, 1))
    job_id = ended(database)
    (key,) = [key for key in keys.listing(database).keys if key.name == "tests"]
    leave = services.streams.take(Caller(key_id=key.id))
    assert client.get(f"/v1/tasks/{job_id}/events", headers=SSE).status_code == 429
    leave()
    for _ in range(3):  # a stream that has ended gives its place free
        assert client.get(f"/v1/tasks/{job_id}/events", headers=SSE).status_code == 200


async def followed(watchers: Watchers, job_id: str, seen: list[int]) -> None:
    async for frame in watchers.follow(job_id, 0):
        if frame.startswith("id: "):
            seen.append(int(frame.partition("\n")[0][4:]))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.01)


def test_many_idle_watchers_hold_neither_threads_nor_connections(database: Database) -> None:
    queued = [jobs.submit(database, CodingTask(instruction="Add."), 60).id for _ in range(3)]
    held = running(database)

    async def main() -> None:
        watchers = Watchers(database, threading.Event(), every_s=0.05)
        seen: list[list[int]] = [[] for _ in range(400)]
        tasks = [
            asyncio.create_task(followed(watchers, [*queued, held.job_id][number % 4], seen[number]))
            for number in range(400)
        ]
        await until(lambda: sum(map(len, seen)) == 100)  # the running task has an event
        await asyncio.sleep(0.3)
        assert threading.active_count() < 30
        assert database.engine.pool.checkedout() <= 1  # type: ignore[attr-defined]  # the poller's
        await asyncio.to_thread(claims.finish, database, held, DONE)
        await until(lambda: sum(task.done() for task in tasks) == 100)
        for job_id in queued:
            await asyncio.to_thread(jobs.request_cancel, database, job_id)
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
        assert [one for one in seen if one not in ([1], [1, 2])] == []
        assert sum(one == [1, 2] for one in seen) == 100

    asyncio.run(main())


def follow(
    database: Database, job_id: str, act: Callable[[AsyncIterator[str]], Awaitable[None]], **options: Any
) -> None:
    draining = options.pop("draining", threading.Event())

    async def main() -> None:
        watchers = Watchers(database, draining, every_s=0.02, **options)
        await act(watchers.follow(job_id, 0))

    asyncio.run(main())


def test_silence_is_broken_by_comments(database: Database) -> None:
    held = running(database)

    async def act(frames: AsyncIterator[str]) -> None:
        got = [await anext(frames) for _ in range(4)]
        assert got[0].startswith("retry: ")
        assert got[1].startswith("id: 1\n")
        assert got[2:] == [BEAT, BEAT]

    follow(database, held.job_id, act, beat_s=0.05)


def test_a_deleted_task_and_a_server_that_stops_end_the_stream(database: Database) -> None:
    held = running(database)
    draining = threading.Event()

    async def act(frames: AsyncIterator[str]) -> None:
        assert len([await anext(frames) for _ in range(2)]) == 2
        draining.set()
        assert [frame async for frame in frames] == []

    follow(database, held.job_id, act, draining=draining)

    async def gone(frames: AsyncIterator[str]) -> None:
        assert len([await anext(frames) for _ in range(2)]) == 2
        with database.begin() as connection:
            connection.exec_driver_sql("DELETE FROM jobs")
        assert [frame async for frame in frames] == []

    follow(database, held.job_id, gone)


def test_a_store_that_stays_away_ends_nothing(database: Database) -> None:
    held = running(database)

    async def act(frames: AsyncIterator[str]) -> None:
        assert len([await anext(frames) for _ in range(2)]) == 2
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE jobs RENAME TO gone")
        assert await anext(frames) == BEAT
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE gone RENAME TO jobs")
        claims.finish(database, held, DONE)
        (frame,) = [frame async for frame in frames if frame != BEAT]
        assert frame.startswith("id: 2\nevent: outcome\n")

    follow(database, held.job_id, act, beat_s=0.1)
