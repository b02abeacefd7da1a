"""Where to tell of ended jobs, and each telling."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text

from worker.store.schema.base import metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(64), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),  # whsec_..., sealed: see worker.store.webhooks.sealing
    Column("old_secret", Text, nullable=True),  # signed with as well for a while after a rotation
    Column("old_secret_until", Double, nullable=True),
    Column("kinds", Text, nullable=False),  # separated by spaces, for example task.solved; empty for all
    Column("created_at", Double, nullable=False),
    Column("failing_since", Double, nullable=True),  # nothing has arrived since
    Column("disabled_at", Double, nullable=True),
    Column("disabled_because", Text, nullable=True),
)

# Written in the transaction that ends the job: an end that is stored will be told.
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", String(36), primary_key=True),  # also the webhook-id that receivers see
    Column("endpoint_id", String(36), ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("job_id", String(64), nullable=False, index=True),  # a job's or a batch's
    Column("kind", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(16), nullable=False),  # pending | delivered | given_up
    Column("attempts", Integer, nullable=False, default=0),
    # Due from then on; while it is being sent, worker.store.webhooks.outbox.TAKEN.
    Column("next_at", Double, nullable=False),
    Column("give_up_at", Double, nullable=False),
    Column("token", Integer, nullable=False, default=0),
    Column("last_status", Integer, nullable=True),
    Column("last_error", Text, nullable=True),
    Column("created_at", Double, nullable=False),
    Column("delivered_at", Double, nullable=True),
    Index("webhook_deliveries_by_next", "state", "next_at"),
    Index("webhook_deliveries_by_turn", "endpoint_id", "state", "next_at"),
    Index("webhook_deliveries_by_endpoint", "endpoint_id", "id"),
)
