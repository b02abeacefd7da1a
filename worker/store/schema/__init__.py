"""The tables. Times are seconds since the epoch.

What is changed here has to be made in existing databases too: by a revision in ``worker/store/migrations``.
"""

from worker.store.schema.base import metadata
from worker.store.schema.batches import batch_lines, batches, file_parts, files
from worker.store.schema.jobs import audits, events, feedback, jobs
from worker.store.schema.keys import audit_log, idempotency, keys, sessions
from worker.store.schema.webhooks import webhook_deliveries, webhook_endpoints

__all__ = [
    "audit_log",
    "audits",
    "batch_lines",
    "batches",
    "events",
    "feedback",
    "file_parts",
    "files",
    "idempotency",
    "jobs",
    "keys",
    "metadata",
    "sessions",
    "webhook_deliveries",
    "webhook_endpoints",
]
