"""What can go wrong with a model::

ToolError
`-- ModelUnavailable     unreachable, overloaded, out of time, or it answered nonsense
    `-- ModelMissing     there is no such model here: says how to get it
"""

from __future__ import annotations

from verifiers.errors import ToolError


class ModelUnavailable(ToolError):
    """The model cannot be reached or does not answer as the protocol says; worth a retry later."""


class ModelMissing(ModelUnavailable):
    """There is no such model on this machine; ``hint`` says how to get it."""
