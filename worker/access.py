"""Who asks, and what they may do."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from verifiers.domain import Value


class Scope(StrEnum):
    """What an API key is good for."""

    READ = "read"  # the tenant's own tasks, audits, batches and files
    SUBMIT = "submit"  # create, cancel and delete them
    ADMIN = "admin"  # everything of every tenant, keys included


class Caller(Value):
    """Who asks: an API key, or this machine's own user.

    Attributes:
        tenant: What is created belongs to it, and only what belongs to it is seen.
        key_id: The API key; None for this machine's own user.
        name: For people.
        scopes: What it may do.
        max_running: Jobs of this key at a time; more wait. None for no limit.
        max_queued: Jobs of this key that wait or run; more are refused. None for no limit.
        per_minute: Requests of this key. None for the server's own limit.
    """

    tenant: str = Field(default="default", min_length=1, max_length=64)
    key_id: str | None = None
    name: str = "this machine"
    scopes: frozenset[Scope] = frozenset(Scope)
    max_running: int | None = Field(default=None, ge=1)
    max_queued: int | None = Field(default=None, ge=1)
    per_minute: int | None = Field(default=None, ge=1)

    def may(self, scope: Scope) -> bool:
        """Whether it may do what the scope stands for."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    @property
    def sees(self) -> str | None:
        """The one tenant whose things it sees; None where it sees everyone's."""
        return None if Scope.ADMIN in self.scopes else self.tenant


LOCAL = Caller()
