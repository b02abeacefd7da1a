"""API keys, requests that may be repeated, and what was done with which key."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text

from worker.store.schema.base import metadata

keys = Table(
    "keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("name", String(120), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),  # SHA-256: a key is 256 random bits
    Column("prefix", String(16), nullable=False),  # the beginning of the key, for people to tell keys apart
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("max_running", Integer, nullable=True),  # jobs at a time; more wait
    Column("max_queued", Integer, nullable=True),  # jobs that wait or run; more are refused
    Column("per_minute", Integer, nullable=True),  # requests
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=True),
    Column("revoked_at", Double, nullable=True),
    Column("last_used_at", Double, nullable=True),
)

# A person signed in to the page with a key; who has the key's rights for as long as the key is good.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # SHA-256 of 256 random bits
    Column("key_id", String(36), ForeignKey("keys.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

# The answer to a request with an Idempotency-Key is the job that its first sending made.
idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("digest", String(64), nullable=False),  # of the body: another one under the same key is refused
    Column("job_id", String(36), nullable=False),
    Column("created_at", Double, nullable=False, index=True),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", Double, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("key_id", String(36), nullable=True),
    Column("action", String(64), nullable=False),  # for example key.created, task.deleted
    Column("target", String(64), nullable=True),
    Index("audit_log_by_tenant", "tenant", "id"),
)
