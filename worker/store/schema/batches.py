"""Uploaded and produced files, and batches over them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from worker.store.schema.base import metadata

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),  # file-..., sorts by creation
    Column("tenant", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("purpose", String(32), nullable=False),  # batch | batch_output
    Column("bytes", BigInteger, nullable=False),
    Column("ready", Boolean, nullable=False),  # not before all of it is there; nobody sees it until then
    Column("created_at", Double, nullable=False),
    Index("files_by_tenant", "tenant", "id"),
)

# In pieces, so that neither the API nor the worker ever holds a whole file; in the database, so that every
# machine sees it.
file_parts = Table(
    "file_parts",
    metadata,
    Column("file_id", String(64), ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),  # its first byte's place in the file
    Column("data", LargeBinary, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True),  # batch_..., sorts by creation
    Column("tenant", String(64), nullable=False),
    Column("key_id", String(36), nullable=True),
    Column("endpoint", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # OpenAI's names; see worker.store.batches
    Column("ends_as", String(16), nullable=False),  # the state after finalizing or cancelling
    Column("input_file_id", String(64), nullable=False, index=True),
    Column("output_file_id", String(64), nullable=True),
    Column("error_file_id", String(64), nullable=True),
    Column("completion_window", String(16), nullable=False),
    Column("labels", Text, nullable=False),  # the caller's metadata, JSON
    Column("error", Text, nullable=True),  # JSON: why it failed as a whole
    # Every step is a compare-and-set on the token: of two services that move a batch on at a time one
    # does, and the other's step never happened.
    Column("token", Integer, nullable=False, default=0),
    Column("read_lines", Integer, nullable=False, default=0),  # lines of the input that were looked at
    Column("read_bytes", BigInteger, nullable=False, default=0),  # where the next one begins
    Column("written_lines", Integer, nullable=False, default=0),  # up to which line the results are written
    Column("total", Integer, nullable=False, default=0),
    Column("completed", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("in_progress_at", Double, nullable=True),
    Column("finalizing_at", Double, nullable=True),
    Column("cancelling_at", Double, nullable=True),
    Column("finished_at", Double, nullable=True),
    Index("batches_by_tenant", "tenant", "id"),
    Index("batches_by_state", "state"),
)

# waiting -> open -> completed | failed; a line that cannot have a job is failed from the beginning.
batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", String(64), ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("start", BigInteger, nullable=False),  # its first byte's place in the input file
    Column("state", String(16), nullable=False),
    Column("custom_id", String(512), nullable=True),  # None where it is missing or another line's already
    Column("model", String(200), nullable=False, server_default=""),  # as a chat names it
    Column("job_id", String(36), nullable=True, index=True),
    Column("error", Text, nullable=True),  # JSON: why it has no job
    Index("batch_lines_by_custom_id", "batch_id", "custom_id", unique=True),
    Index("batch_lines_by_state", "batch_id", "state", "line"),
)
