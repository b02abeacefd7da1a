"""Waking a worker for what was just stored."""

from __future__ import annotations

import logging

from api.deps import Services
from worker.errors import BrokerUnavailable, StoreUnavailable
from worker.store import jobs

_LOG = logging.getLogger(__name__)


def wake(given: Services, job_id: str) -> None:
    """Wake a worker for a job, or leave that to the sweeper; never raises.

    The row is stored: from here on nothing may tell the client that its job was not accepted.
    """
    given.accepted(job_id)
    try:
        given.broker.wake(job_id)
        return
    except BrokerUnavailable as error:
        _LOG.warning("%s", error)
    try:
        jobs.not_woken(given.database, job_id)
    except StoreUnavailable as error:
        _LOG.warning("%s", error)
