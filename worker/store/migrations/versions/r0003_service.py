"""Jobs have a tenant, a priority and a deadline, and people say what they thought of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """To this revision."""
    op.add_column("jobs", sa.Column("tenant", sa.String(64), nullable=False, server_default="default"))
    op.add_column("jobs", sa.Column("key_id", sa.String(36), nullable=True))
    op.add_column("jobs", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("deadline_at", sa.Double, nullable=True))
    op.drop_index("jobs_by_lease", "jobs")
    op.create_index("jobs_by_deadline", "jobs", ["state", "deadline_at"])
    op.create_index("jobs_by_finish", "jobs", ["finished_at"])
    op.create_index("jobs_by_key", "jobs", ["key_id", "state"])
    op.create_index("jobs_by_tenant", "jobs", ["tenant", "id"])
    op.create_index("jobs_by_turn", "jobs", ["state", "priority", "id"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("job_id", sa.String(36), sa.ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(36), nullable=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("corrected", sa.Text, nullable=True),
        sa.Column("comment", sa.Text, nullable=True),
        sa.Column("consent", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Index("ix_feedback_job_id", "job_id"),
    )
