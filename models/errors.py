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


def installing(extra: str) -> str:
    """How to get the libraries of one of the project's extras, such as ``train``: an error's next step."""
    lab = "scripts/install-lab, then use .tools/lab/bin/acrisol"
    return f"pip install 'acrisol[{extra}]', or in a checkout: {lab}"
