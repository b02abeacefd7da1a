"""The routes of webhooks: secrets are shown once, and another tenant's webhook is not there."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.routes.examples import WEBHOOKS
from worker.access import Scope
from worker.store.access import keys
from worker.store.access.values import KeyRequest
from worker.store.database import Database
from worker.store.webhooks import endpoints, outbox

URL = "https://hooks.example.com/acrisol"


def create(client: TestClient, **fields: Any) -> Any:
    answer = client.post("/v1/webhooks", json={"url": URL, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("name", WEBHOOKS)
def test_every_example_is_accepted(client: TestClient, name: str) -> None:
    assert client.post("/v1/webhooks", json=WEBHOOKS[name]["value"]).status_code == 201


def test_the_secret_is_shown_once(client: TestClient) -> None:
    answer = client.post("/v1/webhooks", json={"url": URL, "kinds": ["task.solved"]})
    made = answer.json()
    assert made["secret"].startswith("whsec_")
    assert answer.headers["cache-control"] == "no-store"
    found = client.get(answer.headers["location"])
    assert found.json() == made["webhook"]
    assert found.json()["enabled"]
    listed = client.get("/v1/webhooks")
    assert listed.json()["webhooks"] == [made["webhook"]]
    assert "whsec_" not in found.text + listed.text
    rotated = client.post(f"{answer.headers['location']}/rotate").json()
    assert rotated["secret"] not in ("", made["secret"])
    assert "whsec_" not in client.get("/v1/webhooks").text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://hooks.example.com/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "url"),
        ({"url": "https://user:word@hooks.example.com/"}, "url"),
        ({"url": "https://" + "a" * 3_000}, "url"),
        ({"url": URL, "kinds": ["task.sloved"]}, "kinds"),
        ({"url": URL, "kinds": ["webhook.test"]}, "kinds"),
        ({}, "url"),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, body: Any, field: str) -> None:
    answer = client.post("/v1/webhooks", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


def test_a_tenant_has_so_many_webhooks_and_no_more(client: TestClient) -> None:
    for _ in range(20):
        create(client)
    answer = client.post("/v1/webhooks", json={"url": URL})
    assert answer.status_code == 409
    assert len(client.get("/v1/webhooks").json()["webhooks"]) == 20


def test_a_test_is_sent_and_sent_again(client: TestClient, database: Database) -> None:
    place = f"/v1/webhooks/{create(client, kinds=['task.solved'])['webhook']['id']}"
    answer = client.post(f"{place}/test")
    assert answer.status_code == 202
    assert (answer.json()["kind"], answer.json()["state"]) == ("webhook.test", "pending")
    (due,) = outbox.take(database, 10)
    outbox.acknowledged(database, due, 200)
    (sent,) = client.get(f"{place}/deliveries").json()["deliveries"]
    assert (sent["id"], sent["state"], sent["last_status"]) == (due.id, "delivered", 200)
    assert sent["payload"]["type"] == "webhook.test"
    again = client.post(f"{place}/deliveries/{sent['id']}/redeliver")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    (due,) = outbox.take(database, 10)
    assert due.id == sent["id"]


def test_a_disabled_webhook_is_sent_nothing_until_it_is_enabled(
    client: TestClient, database: Database
) -> None:
    place = f"/v1/webhooks/{create(client)['webhook']['id']}"
    sent = client.post(f"{place}/test").json()
    disabled = client.post(f"{place}/disable").json()
    assert (disabled["enabled"], disabled["disabled_because"]) == (False, "It was switched off.")
    assert outbox.take(database, 10) == []
    with database.begin() as connection:
        endpoints.enqueue(connection, "job", "default", "task.solved", {}, database.clock())
    (given_up,) = client.get(f"{place}/deliveries").json()["deliveries"]
    assert (given_up["id"], given_up["state"]) == (sent["id"], "given_up")
    assert client.post(f"{place}/test").status_code == 409
    assert client.post(f"{place}/deliveries/{sent['id']}/redeliver").status_code == 409
    assert client.post(f"{place}/enable").json()["enabled"]
    assert client.post(f"{place}/deliveries/{sent['id']}/redeliver").status_code == 202
    assert len(outbox.take(database, 10)) == 1


def test_deliveries_are_listed_in_pages(client: TestClient) -> None:
    place = f"/v1/webhooks/{create(client)['webhook']['id']}"
    sent = [client.post(f"{place}/test").json()["id"] for _ in range(3)]
    first = client.get(f"{place}/deliveries", params={"limit": 2}).json()
    rest = client.get(f"{place}/deliveries", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert {one["id"] for one in first["deliveries"] + rest["deliveries"]} == set(sent)
    assert rest["next_cursor"] is None


def test_a_deleted_webhook_is_gone_with_its_deliveries(client: TestClient, database: Database) -> None:
    place = f"/v1/webhooks/{create(client)['webhook']['id']}"
    client.post(f"{place}/test")
    assert client.delete(place).status_code == 204
    assert client.get(place).status_code == 404
    assert client.delete(place).status_code == 404
    assert outbox.take(database, 10) == []


ROUTES = [
    ("GET", ""),
    ("DELETE", ""),
    ("POST", "/rotate"),
    ("POST", "/enable"),
    ("POST", "/disable"),
    ("POST", "/test"),
    ("GET", "/deliveries"),
    ("POST", "/deliveries/{delivery}/redeliver"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_tenants_webhook_is_not_there(
    client: TestClient, database: Database, method: str, path: str
) -> None:
    place = f"/v1/webhooks/{create(client)['webhook']['id']}"
    delivery = client.post(f"{place}/test").json()["id"]
    wanted = KeyRequest(name="other", tenant="other", scopes=frozenset({Scope.READ, Scope.SUBMIT}))
    other = {"Authorization": f"Bearer {keys.create(database, wanted).secret}"}
    answer = client.request(method, place + path.format(delivery=delivery), headers=other)
    assert answer.status_code == 404, answer.text
    assert client.get("/v1/webhooks", headers=other).json()["webhooks"] == []
    assert client.get(place).json()["enabled"]


def test_a_delivery_is_sought_among_its_own_webhooks_only(client: TestClient) -> None:
    mine, other = (f"/v1/webhooks/{create(client)['webhook']['id']}" for _ in range(2))
    delivery = client.post(f"{mine}/test").json()["id"]
    assert client.post(f"{other}/deliveries/{delivery}/redeliver").status_code == 404


def test_a_key_that_may_only_read_changes_nothing(client: TestClient, database: Database) -> None:
    place = f"/v1/webhooks/{create(client)['webhook']['id']}"
    wanted = KeyRequest(name="reader", scopes=frozenset({Scope.READ}))
    reader = {"Authorization": f"Bearer {keys.create(database, wanted).secret}"}
    assert client.get(place, headers=reader).status_code == 200
    for method, path in ROUTES:
        if method != "GET":
            answer = client.request(method, place + path.format(delivery="x"), headers=reader)
            assert answer.status_code == 403
    assert client.post("/v1/webhooks", json={"url": URL}, headers=reader).status_code == 403
