"""What can go wrong with a tool, as opposed to with a candidate.

A bad candidate is a verdict and the agent's graph retries it with feedback. A broken tool is one of these
exceptions and the worker retries the job::

    AcrisolError             one sentence for a person, and the next step
    |-- InvalidInput         the request itself is wrong: names the field and the fix
    `-- ToolError            something the verdict depends on is missing or broken
        |-- SandboxUnavailable
        |-- ToolMissing      not installed: says the command that mends it
        `-- ToolFailed       installed, but crashed or answered nonsense

Packages above add their own leaves (``models.errors.ModelUnavailable``).
"""

from __future__ import annotations


class AcrisolError(Exception):
    """An error a person can act on.

    Args:
        message: One sentence that says what is wrong.
        hint: The next step, for example a command to run; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidInput(AcrisolError):
    """The request is wrong; ``field`` names the part of it, as a dotted path (``tests.files.0.content``)."""

    def __init__(self, field: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {super().__str__()}"


class ToolError(AcrisolError):
    """A tool that a verdict depends on is missing or broken; never says anything about the candidate."""


class SandboxUnavailable(ToolError):
    """No sandbox can be had. Generated code is then not run at all: there is no fallback to the host."""


class ToolMissing(ToolError):
    """The tool is not installed; ``hint`` is the command that installs it."""


class ToolFailed(ToolError):
    """The tool is installed, but crashed or gave an answer that cannot be read."""
