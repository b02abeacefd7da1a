"""Webhook secrets: whoever has the database alone can forge no webhook."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput
from worker.access import LOCAL
from worker.settings import WorkerSettings
from worker.store import claims, jobs
from worker.store.database import Database
from worker.store.schema import webhook_endpoints
from worker.store.webhooks import endpoints, outbox
from worker.store.webhooks.sealing import Seal, SealBroken
from worker.webhooks.deliverer import Deliverer
from worker.webhooks.rules import WebhookRules
from worker.webhooks.sealing import open_seal, seal_webhooks

URL = "https://203.0.113.7/hook"
ONE, TWO = "1" * 64, "2" * 64


def sealed(database: Database, *keys: str) -> Database:
    return dataclasses.replace(database, seal=Seal(keys))


def stored(database: Database) -> list[str | None]:
    with database.begin() as connection:
        row = connection.execute(select(webhook_endpoints)).one()
    return [row.secret, row.old_secret]


def secrets_of(database: Database) -> list[str]:
    (due,) = outbox.take(database, 10)
    return Deliverer(database, WebhookRules())._secrets(due)


def ended(database: Database, task: CodingTask) -> None:
    jobs.submit(database, task, 30.0)
    held = claims.claim(database, None, "worker", 30.0)
    assert held is not None
    claims.finish(database, held, claims.CANCELLED)


def test_a_stolen_database_holds_no_secret(database: Database, task: CodingTask) -> None:
    here = sealed(database, ONE)
    made = endpoints.create(here, URL, (), LOCAL)
    new = endpoints.rotate(here, made.webhook.id, LOCAL)
    ended(here, task)
    file = Path(str(database.engine.url.database))
    stolen = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert made.webhook.id.encode() in stolen
    for secret in (made.secret, new.secret):
        assert secret.encode() not in stolen
        assert secret.removeprefix("whsec_").encode() not in stolen
    assert secrets_of(here) == [new.secret, made.secret]


def test_what_was_stored_before_there_was_a_key_is_sealed_at_the_start(
    database: Database, task: CodingTask
) -> None:
    made = endpoints.create(database, URL, (), LOCAL)
    new = endpoints.rotate(database, made.webhook.id, LOCAL)
    assert stored(database) == [new.secret, made.secret]
    here = sealed(database, ONE)
    seal_webhooks(here)
    file = Path(str(database.engine.url.database))
    left = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert b"whsec_" not in left
    ended(here, task)
    assert secrets_of(here) == [new.secret, made.secret]


def test_a_new_key_in_front_takes_over_and_the_old_one_can_go(database: Database, task: CodingTask) -> None:
    made = endpoints.create(sealed(database, ONE), URL, (), LOCAL)
    both = sealed(database, TWO, ONE)
    seal_webhooks(both)
    after = stored(database)
    seal_webhooks(both)
    assert stored(database) == after, "it is sealed anew at every start"
    ended(database, task)
    assert secrets_of(sealed(database, TWO)) == [made.secret]


def test_a_lost_key_is_told_and_a_new_secret_helps(
    database: Database, task: CodingTask, caplog: pytest.LogCaptureFixture
) -> None:
    made = endpoints.create(sealed(database, ONE), URL, (), LOCAL)
    here = sealed(database, TWO)
    seal_webhooks(here)
    assert "1 webhooks were sealed with a key that is not here" in caplog.text
    ended(here, task)
    with pytest.raises(SealBroken):
        secrets_of(here)
    new = endpoints.rotate(here, made.webhook.id, LOCAL)
    ended(here, task)
    assert secrets_of(here) == [new.secret]
    caplog.clear()
    seal_webhooks(here)
    assert not caplog.text


def test_the_key_is_a_file_of_its_own_that_others_cannot_read(tmp_path: Path) -> None:
    settings = WorkerSettings(home=tmp_path / "home")
    text = open_seal(settings).close("whsec_x")
    assert open_seal(settings).open(text) == "whsec_x"
    key = tmp_path / "home" / "webhook-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in key.parent.iterdir()] == ["webhook-key"]


def test_machines_that_share_a_postgres_are_given_the_key(tmp_path: Path) -> None:
    shared = WorkerSettings(home=tmp_path, database_url="postgresql://db/acrisol", webhook_key=ONE)
    assert open_seal(shared).open(Seal([ONE]).close("whsec_x")) == "whsec_x"
    assert ONE not in repr(shared)
    alone = WorkerSettings(home=tmp_path, database_url="postgresql://db/acrisol", webhook_key="")
    assert open_seal(alone).close("whsec_x") == "whsec_x"
    assert not list(tmp_path.iterdir()), "a key that only this machine has would be the end of the secrets"


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="fewer than 32 characters"):
        Seal(["secret"])
