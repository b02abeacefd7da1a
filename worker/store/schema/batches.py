"""Uploaded and produced files, and batches over them."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from worker.store.schema.base import metadata

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),  # file-...
    Column("tenant", String(64), nullable=False, index=True),
    Column("name", String(255), nullable=False),
    Column("purpose", String(32), nullable=False),  # batch | batch_output
    Column("bytes", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
)

# In pieces, so that neither the API nor the worker ever holds a whole file; in the database, so that every
# machine sees it.
file_parts = Table(
    "file_parts",
    metadata,
    Column("file_id", String(64), ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(64), primary_key=True),  # batch_...
    Column("tenant", String(64), nullable=False),
    Column("key_id", String(36), nullable=True),
    Column("endpoint", String(64), nullable=False),
    Column(
        "state", String(16), nullable=False
    ),  # OpenAI's: validating, in_progress, finalizing, completed, ...
    Column("input_file_id", String(64), nullable=False),
    Column("output_file_id", String(64), nullable=True),
    Column("error_file_id", String(64), nullable=True),
    Column("completion_window", String(16), nullable=False),
    Column("labels", Text, nullable=False),  # the caller's metadata, JSON
    Column("errors", Text, nullable=True),  # JSON: why it failed as a whole
    Column("lines_read", Integer, nullable=False, default=0),  # lines of the input that have a row below
    Column("total", Integer, nullable=False, default=0),
    Column("lease_until", Double, nullable=True),  # whoever moves it on, one at a time
    Column("token", Integer, nullable=False, default=0),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False),
    Column("in_progress_at", Double, nullable=True),
    Column("finalizing_at", Double, nullable=True),
    Column("cancelling_at", Double, nullable=True),
    Column("finished_at", Double, nullable=True),
    Index("batches_by_tenant", "tenant", "id"),
    Index("batches_by_state", "state"),
)

# A line has a job, or an error that says why it cannot have one.
batch_lines = Table(
    "batch_lines",
    metadata,
    Column("batch_id", String(64), ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True),  # from 1
    Column("custom_id", String(512), nullable=True),
    Column("job_id", String(36), nullable=True, index=True),
    Column("error", Text, nullable=True),  # JSON
    Index("batch_lines_by_custom_id", "batch_id", "custom_id"),
)
