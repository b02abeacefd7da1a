"""Jobs, what audits came to, and events; values are the JSON text of ``verifiers.domain`` and
``verifiers.audit_values``.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, String, Table, Text

from worker.store.schema.base import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),  # UUIDv7: sorts by creation
    Column("tenant", String(64), nullable=False, server_default="default"),
    Column("key_id", String(36), nullable=True),  # the API key it came with; a key may go, its jobs stay
    Column("state", String(16), nullable=False),
    Column("language", String(32), nullable=False),
    Column("title", String(120), nullable=False),
    Column("task", Text, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),  # the larger, the later
    Column("deadline_at", Double, nullable=True),  # not begun later than this
    # The fencing token grows with every claim: a worker whose token is not the row's writes nothing.
    Column("token", Integer, nullable=False, default=0),
    Column("worker", String(255), nullable=True),
    Column("lease_until", Double, nullable=True),
    Column("cancel_requested", Boolean, nullable=False, default=False),
    Column("deliveries", Integer, nullable=False, default=0),
    Column("tool_failures", Integer, nullable=False, default=0),
    Column("worker_deaths", Integer, nullable=False, default=0),
    # ``woken``: a message for this row is believed to be on its way. The sweeper acts from ``wake_at`` on.
    Column("woken", Boolean, nullable=False, default=False),
    Column("wake_at", Double, nullable=False),
    Column("not_before", Double, nullable=False, default=0.0),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double, nullable=True),
    Column("finished_at", Double, nullable=True),
    Column("outcome", Text, nullable=True),
    Column("error", Text, nullable=True),
    Column("events", Integer, nullable=False, default=0),  # the last event's sequence number
    Index("jobs_by_wake", "state", "wake_at"),
    Index("jobs_by_turn", "state", "priority", "id"),
    Index("jobs_by_deadline", "state", "deadline_at"),
    Index("jobs_by_key", "key_id", "state"),
    Index("jobs_by_tenant", "tenant", "id"),
    Index("jobs_by_finish", "finished_at"),
)

# A job with a row here is an audit: its ``jobs.task`` holds the AuditRequest.
audits = Table(
    "audits",
    metadata,
    Column("job_id", String(36), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("verdict", String(16), nullable=True),
    Column("audit", Text, nullable=True),
)

events = Table(
    "events",
    metadata,
    Column("job_id", String(36), ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("delivery", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("event", Text, nullable=False),
)

# What people said of an ended task: it becomes training data where they consent.
feedback = Table(
    "feedback",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("job_id", String(36), ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("tenant", String(64), nullable=False),
    Column("key_id", String(36), nullable=True),
    Column("verdict", String(16), nullable=False),  # accepted | rejected
    Column("corrected", Text, nullable=True),  # JSON: the files as they should have been
    Column("comment", Text, nullable=True),
    Column("consent", Boolean, nullable=False, default=False),
    Column("created_at", Double, nullable=False),
)
