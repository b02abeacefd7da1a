"""Files in the database, in parts: uploaded ones, and the results of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true, update

from verifiers.domain import Value
from verifiers.errors import InvalidInput
from worker.access import Caller
from worker.errors import Conflict, NotFound
from worker.store.access import audit_log
from worker.store.database import Database
from worker.store.ids import new_id
from worker.store.schema import batches, file_parts, files

MAX_BYTES = 200 * 2**20
MAX_TENANT_BYTES = 10 * 2**30
PART_BYTES = 2**18

Purpose = Literal["batch", "batch_output"]
_UNFINISHED = ("validating", "in_progress", "finalizing", "cancelling")
_ABANDONED_S = 86_400.0
_NAME_CHARS = 120  # at most four bytes each, so that it fits a header


class StoredFile(Value):
    """A file without its content.

    Attributes:
        id: Sorts by creation.
        tenant: Whose it is.
        name: As its sender called it, without folders and control characters.
        purpose: ``batch`` for the input of batches, ``batch_output`` for what came of them.
        bytes: Its length.
        created_at: Seconds since the epoch.
    """

    id: str
    tenant: str
    name: str
    purpose: Purpose
    bytes: int
    created_at: float


class FilePage(Value):
    """Some files.

    Attributes:
        files: The page.
        more: Whether there are others behind it.
    """

    files: tuple[StoredFile, ...]
    more: bool


def store(database: Database, chunks: Iterable[bytes], name: str, owner: Caller) -> StoredFile:
    """Keep an uploaded file; it is seen once all of it is there.

    Args:
        database: Where.
        chunks: The content, in pieces of any size.
        name: As the sender calls it.
        owner: Whose it is.

    Raises:
        InvalidInput: it is empty or too large, or the owner has too much; nothing of it is kept.
        StoreUnavailable: it cannot be written; what was written is dropped by :func:`drop_abandoned`.
    """
    if _kept_bytes(database, owner.tenant) > MAX_TENANT_BYTES:
        raise InvalidInput(
            "file",
            f"cannot be kept: your files have {MAX_TENANT_BYTES // 2**30} GiB already.",
            "Delete those that you no longer need.",
        )
    file_id = f"file-{new_id(database.clock())}"
    written = 0
    for part in _parts(chunks):
        with database.begin(lasting=False) as connection:  # short, so that others may write in between
            append(connection, file_id, part, database.clock(), owner.tenant, clean_name(name), "batch")
        written += len(part)
        if written > MAX_BYTES:
            _drop(database, file_id)
            raise InvalidInput(
                "file", f"is larger than {MAX_BYTES // 2**20} MiB.", "Split it into several batches."
            )
    if not written:
        raise InvalidInput("file", "is empty.", "Send at least one line.")
    with database.begin() as connection:
        publish(connection, file_id)
    return get(database, file_id)


def append(
    connection: Connection,
    file_id: str,
    data: bytes,
    now: float,
    tenant: str,
    name: str,
    purpose: Purpose,
) -> None:
    """Add a part to a file that is not ready yet; the first one makes the file."""
    grown = (
        update(files)
        .where(files.c.id == file_id)
        .values(bytes=files.c.bytes + len(data))
        .returning(files.c.bytes)
    )
    length = connection.execute(grown).scalar_one_or_none()
    if length is None:
        length = len(data)
        row = {"id": file_id, "tenant": tenant, "name": name, "purpose": purpose}
        connection.execute(insert(files).values(**row, bytes=length, ready=False, created_at=now))
    connection.execute(insert(file_parts).values(file_id=file_id, start=length - len(data), data=data))


def publish(connection: Connection, file_id: str) -> bool:
    """Let a file be seen; False if it was never begun."""
    return connection.execute(update(files).where(files.c.id == file_id).values(ready=True)).rowcount == 1


def get(database: Database, file_id: str, tenant: str | None = None) -> StoredFile:
    """One file.

    Args:
        database: Where from.
        file_id: Which.
        tenant: Only if it is this one's; None for anybody's.

    Raises:
        NotFound: there is no such file.
        StoreUnavailable: it cannot be read.
    """
    query = select(files).where(files.c.id == file_id, files.c.ready, _of_tenant(tenant))
    with database.begin() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no file with the id {file_id[:64]!r}.", "List the files to see their ids.")
    return _file(row)


def page(
    database: Database,
    limit: int,
    after: str | None = None,
    tenant: str | None = None,
    *,
    purpose: str | None = None,
    oldest_first: bool = False,
) -> FilePage:
    """Files, newest first.

    Args:
        database: Where from.
        limit: At most so many.
        after: The id of the last one of the page before.
        tenant: Only this one's; None for everybody's.
        purpose: Only files of this purpose.
        oldest_first: The other way round.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    query = select(files).where(files.c.ready, _of_tenant(tenant))
    query = query.order_by(files.c.id if oldest_first else files.c.id.desc()).limit(limit + 1)
    if after:
        query = query.where(files.c.id > after if oldest_first else files.c.id < after)
    if purpose:
        query = query.where(files.c.purpose == purpose)
    with database.begin() as connection:
        rows = connection.execute(query).all()
    return FilePage(files=tuple(_file(row) for row in rows[:limit]), more=len(rows) > limit)


def content(database: Database, file_id: str, start: int = 0) -> Iterator[bytes]:
    """A file's content from the byte ``start`` on, in pieces; none if there is no such file.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    while True:
        query = (
            select(file_parts.c.start, file_parts.c.data)
            .where(file_parts.c.file_id == file_id, file_parts.c.start <= start)
            .order_by(file_parts.c.start.desc())
            .limit(1)
        )
        with database.begin() as connection:
            row = connection.execute(query).one_or_none()
        piece = b"" if row is None else row.data[start - row.start :]
        if not piece:
            return
        yield piece
        start += len(piece)


def remove(database: Database, file_id: str, tenant: str | None = None, by: Caller | None = None) -> None:
    """Delete a file and its content.

    Args:
        database: Where from.
        file_id: Which.
        tenant: Only if it is this one's; None for anybody's.
        by: Who deletes it, for the audit log; None for nobody.

    Raises:
        NotFound: there is no such file.
        Conflict: a batch that has not ended reads it.
        StoreUnavailable: nothing was deleted.
    """
    get(database, file_id, tenant)
    reader = select(batches.c.id).where(batches.c.input_file_id == file_id, batches.c.state.in_(_UNFINISHED))
    with database.begin() as connection:
        gone = connection.execute(delete(files).where(files.c.id == file_id, ~reader.exists())).rowcount
        if gone and by is not None:
            audit_log.note(connection, database.clock(), by, "file.deleted", file_id)
    if not gone:
        raise Conflict(
            "A batch that has not ended reads this file.", "Cancel the batch, or wait until it has ended."
        )


def drop_abandoned(database: Database) -> int:
    """Delete what is left of uploads that ended in the middle a day ago; their number.

    Raises:
        StoreUnavailable: nothing was deleted.
    """
    old = database.clock() - _ABANDONED_S
    left = delete(files).where(files.c.purpose == "batch", ~files.c.ready, files.c.created_at < old)
    with database.begin() as connection:
        return connection.execute(left).rowcount


def clean_name(name: str) -> str:
    """The last part of a path, without characters that are not printed or that turn others around."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if char.isprintable()).strip()
    return seen[:_NAME_CHARS] or "file"


def _kept_bytes(database: Database, tenant: str) -> int:
    query = select(func.coalesce(func.sum(files.c.bytes), 0)).where(files.c.tenant == tenant)
    with database.begin() as connection:
        return int(connection.execute(query).scalar_one())


def _drop(database: Database, file_id: str) -> None:
    with database.begin() as connection:
        connection.execute(delete(files).where(files.c.id == file_id))


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        held += chunk
        while len(held) >= PART_BYTES:
            yield held[:PART_BYTES]
            held = held[PART_BYTES:]
    if held:
        yield held


def _of_tenant(tenant: str | None) -> ColumnElement[bool]:
    return true() if tenant is None else files.c.tenant == tenant


def _file(row: Any) -> StoredFile:
    return StoredFile(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        purpose=row.purpose,
        bytes=row.bytes,
        created_at=row.created_at,
    )
