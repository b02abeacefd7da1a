"""What can go wrong around a job::

AcrisolError
|-- NotFound             there is no such thing, or it is another tenant's
|   |-- JobNotFound          there is no such job
|   `-- KeyNotFound          there is no such API key
|-- Conflict             it cannot be done to the thing as it is now
|   |-- KeyNotGood           an API key was revoked or has expired
|   |-- JobNotEnded          the job waits or runs
|   `-- JobNotDead           only a dead job can be replayed
|-- TooManyJobs          an API key has as many jobs waiting and running as it may
|-- AlreadyAccepted      an earlier sending of the same request made the job
`-- ToolError
    |-- StoreUnavailable     the database cannot be opened, read or written
    `-- BrokerUnavailable    Redis does not answer; accepted jobs wait in the database
"""

from __future__ import annotations

from verifiers.errors import AcrisolError, ToolError


class NotFound(AcrisolError):
    """There is no such thing, or it is another tenant's, which is not told apart."""


class JobNotFound(NotFound):
    """There is no job with this id."""


class KeyNotFound(NotFound):
    """There is no API key with this id."""


class Conflict(AcrisolError):
    """What is asked for cannot be done to the thing as it is now."""


class KeyNotGood(Conflict):
    """The API key was revoked or has expired."""


class JobNotEnded(Conflict):
    """The job waits or runs."""


class JobNotDead(Conflict):
    """Only a dead job can be sent back to the queue."""


class TooManyJobs(AcrisolError):
    """The API key has as many jobs waiting and running as it may."""


class AlreadyAccepted(AcrisolError):
    """An earlier sending of the same request made the job; nothing was stored now.

    Args:
        job_id: Which job it made.
    """

    def __init__(self, job_id: str) -> None:
        super().__init__("This request was accepted before.", "Look at the job that it made.")
        self.job_id = job_id


class StoreUnavailable(ToolError):
    """The database cannot be opened, read or written; worth a retry later."""


class BrokerUnavailable(ToolError):
    """The broker does not answer. Nothing is lost by it: the sweeper wakes workers once it is back."""
