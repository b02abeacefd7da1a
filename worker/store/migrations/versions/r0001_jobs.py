"""Jobs and their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("task", sa.Text, nullable=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(255), nullable=True),
        sa.Column("lease_until", sa.Double, nullable=True),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("tool_failures", sa.Integer, nullable=False),
        sa.Column("worker_deaths", sa.Integer, nullable=False),
        sa.Column("woken", sa.Boolean, nullable=False),
        sa.Column("wake_at", sa.Double, nullable=False),
        sa.Column("not_before", sa.Double, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double, nullable=True),
        sa.Column("finished_at", sa.Double, nullable=True),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Index("jobs_by_wake", "state", "wake_at"),
        sa.Index("jobs_by_lease", "state", "lease_until"),
    )
    op.create_table(
        "events",
        sa.Column("job_id", sa.String(36), sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("delivery", sa.Integer, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
    )
