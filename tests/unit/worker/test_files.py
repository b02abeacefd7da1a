"""Files in the store."""

from __future__ import annotations

import pytest

from tests.fakes import FakeClock
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.errors import NotFound
from worker.store import files
from worker.store.database import Database

ON_BOTH = True
OWNER = Caller(tenant="team")


def test_a_file_comes_out_as_it_went_in_from_any_byte_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PART_BYTES", 7)
    data = bytes(range(256))
    file = files.store(database, (data[at : at + 10] for at in range(0, 256, 10)), "a.jsonl", OWNER)
    assert file.bytes == 256
    for start in (0, 1, 6, 7, 8, 250, 255, 256, 300):
        assert b"".join(files.content(database, file.id, start)) == data[start:]
    assert max(map(len, files.content(database, file.id))) == 7


def test_a_file_that_is_too_large_leaves_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 2 * files.PART_BYTES)
    with pytest.raises(InvalidInput, match="larger than"):
        files.store(database, (b"x" * 1000 for _ in range(10**9)), "a", OWNER)
    with pytest.raises(InvalidInput, match="empty"):
        files.store(database, [], "a", OWNER)
    monkeypatch.setattr(files, "MAX_TENANT_BYTES", 3)
    files.store(database, [b"abcd"], "a", OWNER)
    with pytest.raises(InvalidInput, match="already"):
        files.store(database, [b"a"], "a", OWNER)
    assert [file.bytes for file in files.page(database, 9).files] == [4]


def test_an_upload_that_ended_in_the_middle_is_not_seen_and_goes_away(
    database: Database, clock: FakeClock
) -> None:
    with database.begin() as connection:
        files.append(connection, "file-1", b"half", clock(), "team", "a", "batch")
    with pytest.raises(NotFound):
        files.get(database, "file-1")
    assert files.page(database, 9).files == ()
    assert files.drop_abandoned(database) == 0
    clock.turn(86_401)
    assert files.drop_abandoned(database) == 1
    assert list(files.content(database, "file-1")) == []


def test_files_are_their_tenants(database: Database) -> None:
    file = files.store(database, [b"x"], "a", OWNER)
    for ask in (files.get, files.remove):
        with pytest.raises(NotFound):
            ask(database, file.id, "other")
    assert files.page(database, 9, tenant="other").files == ()
    files.remove(database, file.id, "team")
    assert list(files.content(database, file.id)) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.jsonl", "a.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\a.jsonl", "a.jsonl"),
        ('a"\r\nSet-Cookie: x=1', 'a"Set-Cookie: x=1'),
        ("a\u202egnp.jsonl\u2028\x00", "agnp.jsonl"),
        ("/", "file"),
        ("é" * 500, "é" * 120),
    ],
)
def test_a_name_keeps_only_what_people_see(name: str, kept: str) -> None:
    assert files.clean_name(name) == kept
