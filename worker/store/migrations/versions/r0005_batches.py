"""Files, and batches over them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """To this revision."""
    op.create_table(
        "files",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("ready", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Index("files_by_tenant", "tenant", "id"),
    )
    op.create_table(
        "file_parts",
        sa.Column("file_id", sa.String(64), sa.ForeignKey("files.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("start", sa.BigInteger, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(36), nullable=True),
        sa.Column("endpoint", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ends_as", sa.String(16), nullable=False),
        sa.Column("input_file_id", sa.String(64), nullable=False),
        sa.Column("output_file_id", sa.String(64), nullable=True),
        sa.Column("error_file_id", sa.String(64), nullable=True),
        sa.Column("completion_window", sa.String(16), nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=True),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("read_lines", sa.Integer, nullable=False),
        sa.Column("read_bytes", sa.BigInteger, nullable=False),
        sa.Column("written_lines", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("completed", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("in_progress_at", sa.Double, nullable=True),
        sa.Column("finalizing_at", sa.Double, nullable=True),
        sa.Column("cancelling_at", sa.Double, nullable=True),
        sa.Column("finished_at", sa.Double, nullable=True),
        sa.Index("batches_by_state", "state"),
        sa.Index("batches_by_tenant", "tenant", "id"),
        sa.Index("ix_batches_input_file_id", "input_file_id"),
    )
    op.create_table(
        "batch_lines",
        sa.Column(
            "batch_id", sa.String(64), sa.ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("custom_id", sa.String(512), nullable=True),
        sa.Column("model", sa.String(200), nullable=False, server_default=""),
        sa.Column("job_id", sa.String(36), nullable=True),
        sa.Column("error", sa.Text, nullable=True),
        sa.Index("batch_lines_by_custom_id", "batch_id", "custom_id", unique=True),
        sa.Index("batch_lines_by_state", "batch_id", "state", "line"),
        sa.Index("ix_batch_lines_job_id", "job_id"),
    )
