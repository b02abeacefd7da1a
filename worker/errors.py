"""What can go wrong around a job::

AcrisolError
|-- JobNotFound          there is no such job
`-- ToolError
    |-- StoreUnavailable     the database cannot be opened, read or written
    `-- BrokerUnavailable    Redis does not answer; accepted jobs wait in the database
"""

from __future__ import annotations

from verifiers.errors import AcrisolError, ToolError


class JobNotFound(AcrisolError):
    """There is no job with this id."""


class StoreUnavailable(ToolError):
    """The database cannot be opened, read or written; worth a retry later."""


class BrokerUnavailable(ToolError):
    """The broker does not answer. Nothing is lost by it: the sweeper wakes workers once it is back."""
