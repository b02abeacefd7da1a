"""Webhooks are posted to a real receiver by the real deliverer; the end of a job is what they tell of."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from tests.integration.service.processes import wait_for
from tests.integration.service.receiver import Receiver, receiving
from verifiers.domain import CodingTask, Outcome, OutcomeStatus
from worker.access import LOCAL
from worker.store import claims, jobs
from worker.store.database import Database, open_database
from worker.store.webhooks import deliveries, endpoints
from worker.store.webhooks.records import Delivery, DeliveryState, NewEndpoint
from worker.webhooks.deliverer import Deliverer
from worker.webhooks.rules import WebhookRules

RULES = WebhookRules(
    http=True,
    ports=frozenset(),
    networks=(IPv4Network("127.0.0.0/8"),),
    timeout_s=2.0,
    first_delay_s=0.01,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/jobs.db")
    yield database
    database.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@contextmanager
def delivering(
    database: Database, rules: WebhookRules = RULES, tls: ssl.SSLContext | None = None
) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Deliverer(database, rules, tls).run, args=(0.05, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def subscribe(database: Database, url: str, *kinds: str) -> NewEndpoint:
    return endpoints.create(database, url, kinds, LOCAL)


def solve(database: Database) -> str:
    """A task that is solved at once."""
    job_id = jobs.submit(database, CodingTask(instruction="Add."), 60).id
    held = claims.claim(database, job_id, "w", 30)
    assert held is not None
    assert claims.finish(database, held, Outcome(status=OutcomeStatus.SOLVED, reason="It passed."))
    return job_id


def last(database: Database, endpoint: NewEndpoint) -> Delivery:
    return deliveries.page(database, endpoint.webhook.id, 10).deliveries[0]


def until(database: Database, endpoint: NewEndpoint, state: DeliveryState) -> Delivery:
    wait_for(f"the delivery is {state}", lambda: last(database, endpoint).state is state)
    return last(database, endpoint)


def test_the_end_of_a_task_is_told_once_and_the_signature_is_good(
    store: Database, receiver: Receiver
) -> None:
    made = subscribe(store, receiver.url, "task.solved")
    subscribe(store, receiver.url, "task.exhausted")
    with delivering(store):
        job_id = solve(store)
        sent = until(store, made, DeliveryState.DELIVERED)
        time.sleep(0.3)  # nothing to wait for: it must not come again
    (got,) = receiver.got
    told = Webhook(made.secret).verify(got.body, dict(got.headers))
    assert told["type"] == "task.solved"
    assert told["data"] == {"id": job_id, "state": "solved", "path": f"/v1/tasks/{job_id}"}
    assert got.path == "/hook"
    assert (sent.id, sent.last_status, sent.attempts) == (got.id, 200, 1)


def test_after_a_rotation_the_old_secret_is_good_for_a_day(store: Database, receiver: Receiver) -> None:
    made = subscribe(store, receiver.url)
    rotated = endpoints.rotate(store, made.webhook.id, LOCAL)
    with delivering(store):
        solve(store)
        until(store, made, DeliveryState.DELIVERED)
    (got,) = receiver.got
    for secret in (made.secret, rotated.secret):
        Webhook(secret).verify(got.body, dict(got.headers))


def test_what_fails_is_tried_again_under_the_same_id(store: Database, receiver: Receiver) -> None:
    receiver.statuses = [500, 500, 500, 204]
    made = subscribe(store, receiver.url)
    with delivering(store):
        solve(store)
        sent = until(store, made, DeliveryState.DELIVERED)
    assert receiver.ids == [sent.id] * 4
    assert sent.attempts == 4
    assert len({got.body for got in receiver.got}) == 1
    assert endpoints.get(store, made.webhook.id).failing_since is None


def test_a_receiver_that_hangs_or_drips_stops_nobody_else(store: Database, receiver: Receiver) -> None:
    release = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not release.wait(0.1):
            request.wfile.write(b"X-More: 1\r\n")

    with receiving() as slow, delivering(store):
        slow.before_answer = drip
        dripping = subscribe(store, slow.url)
        quick = subscribe(store, receiver.url)
        solve(store)
        until(store, quick, DeliveryState.DELIVERED)
        assert last(store, dripping).state is DeliveryState.PENDING
        wait_for("it is given a second try", lambda: last(store, dripping).attempts >= 2)
        assert last(store, dripping).last_error == "There was no answer within 2 s."
        release.set()


def test_a_body_without_end_is_not_read(store: Database, receiver: Receiver) -> None:
    receiver.headers = {"Transfer-Encoding": "chunked"}
    made = subscribe(store, receiver.url)
    with delivering(store):
        solve(store)
        until(store, made, DeliveryState.DELIVERED)


def test_a_redirect_is_not_followed(store: Database, receiver: Receiver) -> None:
    with receiving() as inner, delivering(store, RULES.model_copy(update={"first_delay_s": 60.0})):
        receiver.statuses, receiver.headers = [307], {"Location": inner.url}
        made = subscribe(store, receiver.url)
        solve(store)
        wait_for("it failed", lambda: last(store, made).last_error is not None)
        assert inner.got == []
    assert last(store, made).last_error == "The answer was 307, and redirects are not followed."


def test_gone_disables_the_webhook(store: Database, receiver: Receiver) -> None:
    receiver.statuses = [410]
    made = subscribe(store, receiver.url)
    with delivering(store):
        solve(store)
        sent = until(store, made, DeliveryState.GIVEN_UP)
    assert sent.last_status == 410
    found = endpoints.get(store, made.webhook.id)
    assert not found.enabled
    assert "410" in str(found.disabled_because)


def test_what_was_delivered_can_be_delivered_again(store: Database, receiver: Receiver) -> None:
    made = subscribe(store, receiver.url)
    with delivering(store):
        solve(store)
        sent = until(store, made, DeliveryState.DELIVERED)
        again = deliveries.redeliver(store, made.webhook.id, sent.id, LOCAL)
        assert again.state is DeliveryState.PENDING
        wait_for("it comes again", lambda: len(receiver.got) == 2)
    assert receiver.ids == [sent.id] * 2


def test_a_certificate_that_no_known_authority_signed_is_refused(store: Database, tmp_path: Path) -> None:
    ours = own_certificate(tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(ours)
    rules = RULES.model_copy(update={"http": False})
    with receiving(server) as receiver:
        made = subscribe(store, receiver.url)
        solve(store)
        with delivering(store, rules.model_copy(update={"first_delay_s": 60.0})):
            wait_for("it failed", lambda: last(store, made).last_error is not None)
        assert "certificate" in str(last(store, made).last_error).lower()
        assert receiver.got == []
        deliveries.redeliver(store, made.webhook.id, last(store, made).id, LOCAL)
        with delivering(store, rules, ssl.create_default_context(cafile=str(ours))):
            until(store, made, DeliveryState.DELIVERED)


def own_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that signed itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "own.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_proxies_of_the_environment_are_not_used(
    store: Database, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        made = subscribe(store, receiver.url)
        with delivering(store):
            solve(store)
            until(store, made, DeliveryState.DELIVERED)
        assert proxy.got == []


def test_many_deliveries_arrive_once_each_from_two_deliverers(store: Database, receiver: Receiver) -> None:
    made = subscribe(store, receiver.url)
    with store.begin() as connection:
        for number in range(100):
            endpoints.enqueue(
                connection, f"job-{number}", "default", "task.solved", {"id": number}, store.clock()
            )
    with delivering(store), delivering(store):
        wait_for("all arrive", lambda: len(receiver.got) >= 100, 60)
        until(store, made, DeliveryState.DELIVERED)
    assert len(receiver.ids) == len(set(receiver.ids)) == 100
    assert {json.loads(got.body)["data"]["id"] for got in receiver.got} == set(range(100))
