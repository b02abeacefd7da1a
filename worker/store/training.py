"""What models may learn from: ended tasks whose last feedback consents, with what their users said.

Nothing is copied here: what is deleted, by a person or because it is old, is gone from the next reading,
and so is a task whose user has taken consent back.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.data.outcomes import Ended, Said
from worker.errors import JobNotFound
from worker.store import jobs
from worker.store.database import Database
from worker.store.feedback import Feedback, FeedbackVerdict, consented

_PAGE = 100


def ended_tasks(database: Database, tenant: str | None = None) -> Iterator[Ended]:
    """Tasks that models may learn from, in the order in which their users agreed.

    Args:
        database: Where from.
        tenant: Only this one's; None for everybody's.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    after = ""
    while page := consented(database, _PAGE, after):
        for said in page:
            ended = _ended(database, said, tenant)
            if ended is not None:
                yield ended
        after = page[-1].id


def _ended(database: Database, said: Feedback, tenant: str | None) -> Ended | None:
    try:
        job = jobs.get(database, said.task_id, tenant)
    except JobNotFound:
        return None  # an audit, another tenant's, or deleted since
    if job.outcome is None:
        return None
    told = Said(accepted=said.verdict is FeedbackVerdict.ACCEPTED, corrected=said.corrected)
    return Ended(id=job.id, task=job.task, outcome=job.outcome, said=told)
