"""API keys in the store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.fakes import FakeClock
from worker.access import Caller, Scope
from worker.errors import KeyNotFound, KeyNotGood, StoreUnavailable
from worker.store.access import audit_log, keys, sessions
from worker.store.access.authentication import authenticate, digest
from worker.store.access.values import KeyRequest
from worker.store.database import Database, open_database
from worker.store.schema import metadata

ON_BOTH = True
WANTED = KeyRequest(name="CI", tenant="payments", max_running=2, max_queued=9, per_minute=60)


def test_a_key_is_the_caller_that_it_was_made_for(database: Database) -> None:
    made = keys.create(database, WANTED)
    caller = authenticate(database, made.secret)
    assert caller == Caller(
        tenant="payments",
        key_id=made.key.id,
        name="CI",
        scopes=frozenset({Scope.READ, Scope.SUBMIT}),
        max_running=2,
        max_queued=9,
        per_minute=60,
    )
    assert made.secret not in repr(made)


def test_the_database_holds_no_secret(database: Database) -> None:
    secret = keys.create(database, WANTED).secret
    authenticate(database, secret)
    with database.begin() as connection:
        stored = [connection.execute(table.select()).all() for table in metadata.sorted_tables]
    assert digest(secret) in repr(stored)
    assert secret not in repr(stored)


@pytest.mark.parametrize(
    "secret",
    ["", "acr_", "acr_" + "A" * 43, "acr_" + "A" * 44, " ", "acr_" + "é" * 43, "\ud800", "x" * 1_000_000],
)
def test_what_is_no_key_is_good_for_nothing(database: Database, secret: str) -> None:
    keys.create(database, WANTED)
    assert authenticate(database, secret) is None


def test_a_part_of_a_key_or_its_digest_is_good_for_nothing(database: Database) -> None:
    secret = keys.create(database, WANTED).secret
    for near in (
        secret[:-1],
        secret + "A",
        secret.upper(),
        secret[4:],
        f"{secret} ",
        digest(secret),
    ):
        assert authenticate(database, near) is None


def test_a_key_expires(database: Database, clock: FakeClock) -> None:
    made = keys.create(database, KeyRequest(name="CI", expires_in_s=90))
    clock.turn(89)
    assert authenticate(database, made.secret)
    clock.turn(1)
    assert authenticate(database, made.secret) is None


def test_a_revoked_key_is_good_for_nothing_and_stays_revoked(database: Database, clock: FakeClock) -> None:
    made = keys.create(database, WANTED)
    first = keys.revoke(database, made.key.id)
    clock.turn(10)
    assert keys.revoke(database, made.key.id) == first
    assert authenticate(database, made.secret) is None
    with pytest.raises(KeyNotFound):
        keys.revoke(database, "nobody")


def test_a_rotated_key_is_good_for_its_grace(database: Database, clock: FakeClock) -> None:
    old = keys.create(database, WANTED)
    new = keys.rotate(database, old.key.id, 60)
    assert new.key.model_copy(update={"id": "", "prefix": "", "created_at": None}) == old.key.model_copy(
        update={"id": "", "prefix": "", "created_at": None}
    )
    for secret in (old.secret, new.secret):
        assert authenticate(database, secret)
    clock.turn(61)
    assert authenticate(database, old.secret) is None
    assert authenticate(database, new.secret)
    with pytest.raises(KeyNotGood, match="expired"):
        keys.rotate(database, old.key.id, 60)


def test_rotating_lengthens_no_life(database: Database, clock: FakeClock) -> None:
    old = keys.create(database, KeyRequest(name="CI", expires_in_s=100))
    clock.turn(90)
    new = keys.rotate(database, old.key.id, 60)
    clock.turn(11)
    assert authenticate(database, old.secret) is None
    clock.turn(88)
    assert authenticate(database, new.secret)
    clock.turn(2)
    assert authenticate(database, new.secret) is None


def test_a_key_is_rotated_once(database: Database, clock: FakeClock) -> None:
    """Its end is that of its grace by then: a second one to follow it would end as silently, and as soon."""
    old = keys.create(database, WANTED)
    new = keys.rotate(database, old.key.id, 60)
    with pytest.raises(KeyNotGood, match="rotated before"):
        keys.rotate(database, old.key.id, 60)
    assert len(keys.listing(database).keys) == 2
    assert keys.rotate(database, new.key.id, 60).key.expires_at is None


def test_a_key_has_twenty_sessions_at_most(database: Database, clock: FakeClock) -> None:
    mine, other = keys.create(database, WANTED), keys.create(database, WANTED)
    kept = sessions.begin(database, other.key.id, 60)
    tokens = []
    for _ in range(25):
        tokens.append(sessions.begin(database, mine.key.id, 60))
        clock.turn(1)
    good = [sessions.caller(database, token) is not None for token in tokens]
    assert good == [False] * 5 + [True] * 20
    assert sessions.caller(database, kept)


def test_its_use_is_noted_once_a_minute(database: Database, clock: FakeClock) -> None:
    made = keys.create(database, WANTED)
    noted = []
    for turned in (0, 30, 31, 5):
        clock.turn(turned)
        authenticate(database, made.secret)
        used = keys.listing(database).keys[0].last_used_at
        assert used is not None
        noted.append(used.timestamp() - 1_800_000_000)
    assert noted == [0, 0, 61, 61]


def test_reading_goes_on_where_the_use_cannot_be_noted(database: Database) -> None:
    made = keys.create(database, WANTED)
    if database.engine.dialect.name != "sqlite":
        pytest.skip("Postgres has no trigger that is one statement")
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON keys BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    assert authenticate(database, made.secret)


def test_there_is_one_first_key_however_many_start_at_once(database: Database, database_url: str) -> None:
    kept: list[str] = []
    others = [open_database(database_url) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda other: keys.create_first(other, WANTED, kept.append), others))
    assert sum(made) == len(kept) == len(keys.listing(database).keys) == 1
    keys.revoke(database, keys.listing(database).keys[0].id)
    assert not keys.create_first(database, WANTED, kept.append)
    for other in others:
        other.close()


def test_no_first_key_is_made_that_cannot_be_kept(database: Database) -> None:
    def keep(secret: str) -> None:
        raise StoreUnavailable("The disk is full.")

    with pytest.raises(StoreUnavailable):
        keys.create_first(database, WANTED, keep)
    assert keys.listing(database).keys == ()


def test_what_was_done_is_in_the_audit_log(database: Database) -> None:
    by = Caller(tenant="ops", key_id="k1")
    made = keys.create(database, WANTED, by)
    new = keys.rotate(database, made.key.id, 0, by)
    keys.revoke(database, new.key.id, by)
    keys.revoke(database, new.key.id, by)
    entries = audit_log.page(database, 10).entries
    assert sorted((entry.action, entry.target) for entry in entries) == sorted(
        [
            ("key.created", made.key.id),
            ("key.rotated", made.key.id),
            ("key.created", new.key.id),
            ("key.revoked", new.key.id),
        ]
    )
    assert {(entry.tenant, entry.key_id) for entry in entries} == {("ops", "k1")}
    first = audit_log.page(database, 3)
    rest = audit_log.page(database, 3, first.next_cursor)
    assert first.entries + rest.entries == entries
    assert rest.next_cursor is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "a\x1b[31mb"},
        {"name": "x", "tenant": ""},
        {"name": "x", "tenant": "A b"},
        {"name": "x", "tenant": "x" * 65},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "expires_in_s": 0},
        {"name": "x", "expires_in_s": float("inf")},
        {"name": "x", "per_minute": 0},
        {"name": "x", "per_minute": 2**63},
    ],
)
def test_a_key_for_nothing_sensible_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        KeyRequest.model_validate(wrong)


def test_a_folder_that_is_made_for_the_database_is_its_user_s_only(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/made/jobs.db").close()
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
