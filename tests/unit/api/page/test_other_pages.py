from __future__ import annotations

import pytest

from tests.fakes import FakeBroker
from tests.integration.page import seeds
from tests.unit.api.page.conftest import Visit, key_of, owner_of
from worker.access import Scope
from worker.errors import BrokerUnavailable
from worker.store import audits, files
from worker.store.access import authentication, keys
from worker.store.batches import batches
from worker.store.database import Database
from worker.store.webhooks import endpoints


def test_a_key_is_shown_once_and_works(visit: Visit, database: Database) -> None:
    admin = visit(key_of(database, "one"))
    form = {"name": "CI <b>", "tenant": "two", "days": "30", "scopes": ["read"], "per_minute": "60"}
    answer = admin.post("/keys", data=form)
    assert answer.status_code == 200
    secret = answer.text.split('class="secret">')[1].split("<")[0]
    assert secret not in admin.get("/keys").text
    owner = owner_of(database, secret)
    assert (owner.tenant, owner.scopes, owner.per_minute) == ("two", {Scope.READ}, 60)
    assert "CI &lt;b&gt;" in answer.text
    assert owner.key_id is not None
    assert admin.post(f"/keys/{owner.key_id}/rotate").text.count('class="secret"') == 1
    assert admin.post(f"/keys/{owner.key_id}/revoke").status_code == 200
    assert authentication.authenticate(database, secret) is None
    log = admin.get("/keys/log").text
    assert all(action in log for action in ("key.created", "key.rotated", "key.revoked"))


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x", "days": "-1"}, {"name": "x", "tenant": "../x"}, {"name": "x"}]
)
def test_a_key_that_cannot_be_is_told_on_the_form(
    visit: Visit, database: Database, wrong: dict[str, str]
) -> None:
    admin = visit(key_of(database, "one"))
    answer = admin.post("/keys", data=wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert len(keys.listing(database).keys) == 1


def test_a_webhook_is_made_tried_and_deleted(visit: Visit, database: Database) -> None:
    browser = visit(key_of(database, "one"))
    form = {"url": "https://hooks.example.org/in", "kinds": ["task.solved"]}
    answer = browser.post("/webhooks", data=form)
    assert answer.status_code == 200, answer.text
    assert "whsec_" in answer.text
    assert "whsec_" not in browser.get("/webhooks").text
    (made,) = endpoints.listing(database, "one")
    assert made.kinds == ("task.solved",)
    for action in ("test", "disable", "enable"):
        assert browser.post(f"/webhooks/{made.id}/{action}").status_code == 303, action
    assert "webhook.test" in browser.get(f"/webhooks/{made.id}").text
    assert browser.post(f"/webhooks/{made.id}/explode").status_code == 404
    stranger = visit(key_of(database, "two", Scope.READ, Scope.SUBMIT))
    for action in ("test", "disable", "enable", "rotate", "delete"):
        assert stranger.post(f"/webhooks/{made.id}/{action}").status_code == 404, action
    assert browser.post(f"/webhooks/{made.id}/delete").status_code == 303
    assert endpoints.listing(database, "one") == ()


@pytest.mark.parametrize("url", ["", "ftp://hooks.example.org", "http://127.0.0.1/x", "javascript:alert(1)"])
def test_a_webhook_to_where_none_may_go_is_told_on_the_form(
    visit: Visit, database: Database, url: str
) -> None:
    answer = visit(key_of(database, "one")).post("/webhooks", data={"url": url})
    assert answer.status_code == 422
    assert endpoints.listing(database) == ()


def test_a_delivery_is_sent_again(visit: Visit, database: Database) -> None:
    secret = key_of(database, "one")
    made = seeds.webhook(database, owner_of(database, secret), "https://hooks.example.org/in", "refused")
    browser = visit(secret)
    page = browser.get(f"/webhooks/{made}").text
    assert "given up" in page
    again = page.split(f'action="/webhooks/{made}/deliveries/')[1].split('"')[0]
    assert browser.post(f"/webhooks/{made}/deliveries/{again}").status_code == 303
    assert "pending" in browser.get(f"/webhooks/{made}").text


def test_a_batch_goes_in_by_upload(visit: Visit, database: Database) -> None:
    browser = visit(key_of(database, "one"))
    lines = b'{"custom_id": "1", "body": {}}\n'
    sent = {"file": ("../nightly.jsonl", lines)}
    answer = browser.post("/batches", data={"endpoint": "/v1/tasks"}, files=sent)
    assert answer.status_code == 303, answer.text
    batch = batches.get(database, answer.headers["location"].removeprefix("/batches/"), "one")
    kept = files.get(database, batch.input_file_id, "one")
    assert (kept.name, b"".join(files.content(database, kept.id))) == ("nightly.jsonl", lines)
    assert browser.get(f"/batches/{batch.id}").status_code == 200
    assert browser.post(f"/batches/{batch.id}/cancel").status_code == 303
    stranger = visit(key_of(database, "two", Scope.READ, Scope.SUBMIT))
    for answer in (stranger.get(f"/batches/{batch.id}"), stranger.post(f"/batches/{batch.id}/cancel")):
        assert answer.status_code == 404


def test_a_batch_without_a_file_is_told_on_the_form(visit: Visit, database: Database) -> None:
    browser = visit(key_of(database, "one"))
    for sent in ({"file": ("", b"")}, {"file": ("a.jsonl", b"")}):
        assert browser.post("/batches", data={"endpoint": "/v1/tasks"}, files=sent).status_code == 422
    wrong = browser.post("/batches", data={"endpoint": "/v1/x"}, files={"file": ("a.jsonl", b"{}\n")})
    assert wrong.status_code == 422
    assert batches.page(database, 10).batches == ()


def test_an_audit_goes_in_by_form_and_again(visit: Visit, database: Database, broker: FakeBroker) -> None:
    browser = visit(key_of(database, "one"))
    form = {"name": "Purse", "files.0.path": "Purse.sol", "files.0.content": "contract Purse {}\n"}
    answer = browser.post("/audits", data=form)
    assert answer.status_code == 303, answer.text
    audit_id = answer.headers["location"].removeprefix("/audits/")
    assert audits.get(database, audit_id, "one").request.title == "Purse"
    assert broker.woken == [audit_id]
    assert "contract Purse {}" in browser.get(f"/audits/new?like={audit_id}").text
    assert browser.post("/audits", data={"name": "Nothing"}).status_code == 422
    assert browser.post(f"/audits/{audit_id}/cancel").status_code == 303
    stranger = visit(key_of(database, "two", Scope.READ, Scope.SUBMIT))
    assert stranger.get(f"/audits/{audit_id}").status_code == 404
    assert stranger.post(f"/audits/{audit_id}/delete").status_code == 404


def test_without_redis_the_queue_says_so(visit: Visit, database: Database, broker: FakeBroker) -> None:
    broker.trouble = BrokerUnavailable("Redis does not answer.")
    page = visit(key_of(database, "one")).get("/queue")
    assert page.status_code == 200
    assert "Redis does not answer." in page.text


def test_the_queue_names_other_tenants_jobs_to_admins_alone(visit: Visit, database: Database) -> None:
    seeds.taken(database, seeds.queued(database, owner_of(database, key_of(database, "one"))))
    title = "Write a function double(number)."
    assert title in visit(key_of(database, "admin")).get("/queue").text
    stranger = visit(key_of(database, "two", Scope.READ)).get("/queue").text
    assert title not in stranger
    assert "worker-1@host:4711" not in stranger


def test_models_can_be_seen(visit: Visit, database: Database) -> None:
    page = visit(key_of(database, "one", Scope.READ)).get("/models")
    assert page.status_code == 200
    assert "client.chat.completions.create" in page.text
