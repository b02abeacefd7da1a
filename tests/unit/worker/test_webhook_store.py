"""The outbox: written with what it tells of, taken by one, noted by whoever holds it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes import FakeClock
from verifiers.audit_values import AuditRequest
from verifiers.domain import CodingTask, Outcome, OutcomeStatus, SourceFile
from worker.access import LOCAL, Caller
from worker.retry import RetryPolicy
from worker.store import audits, claims, jobs
from worker.store.database import Database
from worker.store.expiry import Leases
from worker.store.webhooks import deliveries, endpoints, outbox
from worker.store.webhooks.outbox import Due
from worker.store.webhooks.records import DeliveryState
from worker.webhooks.deliverer import Deliverer
from worker.webhooks.rules import WebhookRules

ON_BOTH = True
URL = "https://hooks.example.com/"
DAY_S = 86_400.0


def ends(database: Database, how: str) -> str:
    """A job that ended in some way; its id."""
    if how.startswith("audit"):
        files = (SourceFile(path="A.sol", content="contract A {}"),)
        job_id = audits.submit(database, AuditRequest(files=files), 60).id
    else:
        job_id = jobs.submit(database, CodingTask(instruction="Add."), 60).id
    if how.endswith("cancelled while queued"):
        jobs.request_cancel(database, job_id)
        return job_id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    if how.endswith("error"):
        claims.fail(database, held, "A tool is missing.")
    elif how.endswith("cancelled while running"):
        jobs.request_cancel(database, job_id)
        claims.give_back(database, held, "Told to stop.")
    elif how.endswith("dead"):
        now = FakeClock(0)
        policy = RetryPolicy(worker_deaths=1, tool_failures=1, first_delay_s=1)
        leases = Leases(database, policy, lease_s=30, clock=now)
        leases.expire()
        now.turn(31)
        leases.expire()
    else:
        claims.finish(database, held, Outcome(status=OutcomeStatus.EXHAUSTED, reason="No attempt passed."))
    return job_id


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ("exhausted", "task.exhausted"),
        ("error", "task.error"),
        ("dead", "task.dead"),
        ("cancelled while queued", "task.cancelled"),
        ("cancelled while running", "task.cancelled"),
        ("audit error", "audit.error"),
        ("audit cancelled while queued", "audit.cancelled"),
    ],
)
def test_every_end_is_told_once(database: Database, how: str, kind: str) -> None:
    made = endpoints.create(database, URL, (kind,), LOCAL)
    endpoints.create(database, URL, ("batch.completed",), LOCAL)
    endpoints.create(database, URL, (), Caller(tenant="other"))
    job_id = ends(database, how)
    (told,) = deliveries.page(database, made.webhook.id, 10).deliveries
    assert (told.kind, told.job_id) == (kind, job_id)
    assert told.payload["data"]["path"] == f"/v1/{kind.partition('.')[0]}s/{job_id}"  # type: ignore[index,call-overload]
    assert len(outbox.take(database, 10)) == 1


def test_an_end_that_is_not_stored_is_not_told(database: Database) -> None:
    endpoints.create(database, URL, (), LOCAL)
    job_id = jobs.submit(database, CodingTask(instruction="Add."), 60).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    stale = held.model_copy(update={"token": held.token - 1})
    assert not claims.fail(database, stale, "Too late.")
    assert outbox.take(database, 10) == []


@pytest.fixture
def due(database: Database) -> Due:
    endpoints.create(database, URL, (), LOCAL)
    ends(database, "exhausted")
    (taken,) = outbox.take(database, 10)
    return taken


def test_what_was_taken_is_due_by_no_clock_until_it_is_let_go(
    database: Database, clock: FakeClock, due: Due
) -> None:
    clock.turn(365 * DAY_S)
    assert outbox.take(database, 10) == []
    assert outbox.taken(database) == {due.id: due.token}
    outbox.let_go(database, due.id, due.token - 1)
    assert outbox.take(database, 10) == []
    outbox.let_go(database, due.id, due.token)
    (again,) = outbox.take(database, 10)
    assert (again.id, again.attempts) == (due.id, 2)


def test_what_is_under_way_is_not_sent_a_second_time_by_hand(database: Database, due: Due) -> None:
    shown = deliveries.redeliver(database, due.endpoint_id, due.id, LOCAL)
    assert (shown.state, shown.next_at) == (DeliveryState.PENDING, None)
    assert outbox.take(database, 10) == []


def test_a_deliverer_lets_go_what_another_one_has_had_for_too_long(database: Database, due: Due) -> None:
    now = FakeClock(0)
    deliverer = Deliverer(database, WebhookRules(timeout_s=10), monotonic=now)
    for seconds in (0, 10, 10):
        now.turn(seconds)
        deliverer.sweep(())
        assert outbox.taken(database) == {due.id: due.token}
    now.turn(3)
    deliverer.sweep({due.id})  # its own
    now.turn(3)
    deliverer.sweep(())
    assert outbox.taken(database) == {due.id: due.token}  # its time begins anew
    for seconds in (18, 3):
        now.turn(seconds)
        deliverer.sweep(())
    assert outbox.taken(database) == {}


def note_failure(database: Database, due: Due) -> None:
    outbox.failed(database, due, "It failed.", 0, 500)


@pytest.mark.parametrize(
    "note", [lambda database, due: outbox.acknowledged(database, due, 200), note_failure]
)
def test_whoever_lost_a_delivery_notes_nothing(
    database: Database, due: Due, note: Callable[[Database, Due], None]
) -> None:
    outbox.let_go(database, due.id, due.token)
    outbox.take(database, 10)
    note(database, due)
    (found,) = deliveries.page(database, due.endpoint_id, 10).deliveries
    assert (found.state, found.last_status) == (DeliveryState.PENDING, None)
    assert outbox.take(database, 10) == []


def test_what_fails_for_three_days_is_given_up_and_its_webhook_disabled(
    database: Database, clock: FakeClock, due: Due
) -> None:
    began = clock()
    outbox.failed(database, due, "The answer was 500.", 5, 500)
    while taken := outbox.take(database, 10) or clock() < began + 4 * DAY_S:
        for one in taken if isinstance(taken, list) else ():
            outbox.failed(database, one, "The answer was 500.", DAY_S / 2, 500)
        clock.turn(DAY_S / 4)
    (found,) = deliveries.page(database, due.endpoint_id, 10).deliveries
    assert (found.state, found.next_at) == (DeliveryState.GIVEN_UP, None)
    endpoint = endpoints.get(database, due.endpoint_id)
    assert not endpoint.enabled
    assert "500" in str(endpoint.disabled_because)


def test_one_delivery_that_is_given_up_disables_nothing_where_others_arrive(
    database: Database, clock: FakeClock, due: Due
) -> None:
    clock.turn(3 * DAY_S)
    outbox.let_go(database, due.id, due.token)
    ends(database, "error")
    bad, good = sorted(outbox.take(database, 10), key=lambda one: -one.attempts)
    outbox.acknowledged(database, good, 200)
    outbox.failed(database, bad, "The answer was 500.", DAY_S, 500)
    states = {one.id: one.state for one in deliveries.page(database, due.endpoint_id, 10).deliveries}
    assert states == {bad.id: DeliveryState.GIVEN_UP, good.id: DeliveryState.DELIVERED}
    assert endpoints.get(database, due.endpoint_id).enabled


def test_no_endpoint_takes_the_places_of_the_others(database: Database) -> None:
    greedy = endpoints.create(database, URL, ("task.error",), LOCAL).webhook.id
    other = endpoints.create(database, URL, ("task.exhausted",), LOCAL).webhook.id
    for _ in range(6):
        ends(database, "error")
    ends(database, "exhausted")
    taken = [one.endpoint_id for one in outbox.take(database, 100)]
    assert sorted(taken, key=[greedy, other].index) == [greedy] * outbox.PER_ENDPOINT + [other]
    assert outbox.take(database, 100, busy={greedy}) == []


def test_deliverers_that_take_at_the_same_time_never_take_the_same(database: Database) -> None:
    for _ in range(5):
        endpoints.create(database, URL, (), LOCAL)
    with database.begin() as connection:
        for _ in range(4):
            endpoints.enqueue(connection, "job", "default", "task.solved", {}, database.clock())
    with ThreadPoolExecutor(4) as pool:
        taken = [one for taken in pool.map(lambda _: outbox.take(database, 7), range(32)) for one in taken]
    assert len(taken) == len({one.id for one in taken}) == 20


def test_an_old_secret_is_signed_with_for_a_day(database: Database, clock: FakeClock) -> None:
    made = endpoints.create(database, URL, (), LOCAL)
    new = endpoints.rotate(database, made.webhook.id, LOCAL).secret
    ends(database, "error")
    (due,) = outbox.take(database, 10)
    assert due.secrets == (new, made.secret)
    assert made.secret not in repr(due) + repr(made)
    outbox.let_go(database, due.id, due.token)
    clock.turn(DAY_S + 1)
    (due,) = outbox.take(database, 10)
    assert due.secrets == (new,)


def test_old_deliveries_are_pruned_but_not_what_is_waiting(
    database: Database, clock: FakeClock, due: Due
) -> None:
    outbox.acknowledged(database, due, 200)
    ends(database, "error")
    clock.turn(31 * DAY_S)
    outbox.prune(database, 30 * DAY_S)
    (left,) = deliveries.page(database, due.endpoint_id, 10).deliveries
    assert left.kind == "task.error"
