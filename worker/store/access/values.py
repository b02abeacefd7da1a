"""API keys as they are asked for and shown."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, field_validator

from verifiers.domain import Value
from worker.access import Scope


class KeyRequest(Value):
    """What a key shall be good for.

    Attributes:
        name: Tells people whose it is or what uses it.
        tenant: What is created with it belongs to this tenant, and only what belongs to it is seen.
        scopes: What it may do: ``read``, ``submit`` (create, cancel and delete) and ``admin`` (everything
            of every tenant).
        expires_in_s: Seconds until it is good for nothing. None for never.
        max_running: Jobs of this key at a time; more wait. None for no limit.
        max_queued: Jobs of this key that wait or run; more are refused. None for no limit.
        per_minute: Requests of this key. None for the server's own limit.
    """

    name: str = Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")
    tenant: str = Field(default="default", pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    scopes: frozenset[Scope] = Field(default=frozenset({Scope.READ, Scope.SUBMIT}), min_length=1)
    expires_in_s: float | None = Field(default=None, gt=0, le=100 * 366 * 86_400, allow_inf_nan=False)
    max_running: int | None = Field(default=None, ge=1, le=2**31 - 1)
    max_queued: int | None = Field(default=None, ge=1, le=2**31 - 1)
    per_minute: int | None = Field(default=None, ge=1, le=2**31 - 1)

    @field_validator("name")
    @classmethod
    def _says_something(cls, name: str) -> str:
        if not name.strip():
            raise ValueError("must not be blank")
        return name.strip()


class Key(Value):
    """A key as it is shown; the secret is not in it.

    Attributes:
        id: Names it.
        prefix: The beginning of the secret, for people to tell keys apart.
        expires_at: When it stops being good. None for never.
        revoked_at: When it was revoked. None if it was not.
        last_used_at: To the minute. None for never.
    """

    id: str
    name: str
    tenant: str
    prefix: str
    scopes: tuple[Scope, ...]
    max_running: int | None = None
    max_queued: int | None = None
    per_minute: int | None = None
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None


class NewKey(Value):
    """A key that was just made, with its secret, which is shown this once.

    Attributes:
        key: The key.
        secret: What is sent with requests.
    """

    key: Key
    secret: str = Field(repr=False)


class KeyList(Value):
    """All keys, newest first."""

    keys: tuple[Key, ...]
