"""Rate limits: a request is counted for its key, and a wrong key for the address that it came from."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException

from api.deps import services
from api.headers import QUOTA
from worker.access import Caller


def count(request: Request, caller: Caller) -> None:
    """Count a request of a key.

    Raises:
        HTTPException: 429, the key has sent too many.
    """
    limiter = services(request).limiter
    quota = limiter.request(caller) if limiter else None
    setattr(request.state, QUOTA, quota)
    if quota is not None and quota.exceeded:
        detail = (
            f"This key has sent more than {quota.limit} requests within a minute. Wait as long as "
            "Retry-After says; whoever administrates this server can make a key with a larger limit."
        )
        raise HTTPException(429, detail, headers={"Retry-After": str(quota.reset_s)})


def count_failure(request: Request) -> None:
    """Count a wrong key against the address that it came from.

    Raises:
        HTTPException: 429, too many came from there.
    """
    # Good keys from the same address go on: what is limited is the noise, since no key can be guessed.
    limiter = services(request).limiter
    quota = limiter.failure(request.client.host) if limiter and request.client else None
    if quota is not None and quota.exceeded:
        detail = (
            "Too many wrong keys came from this address. Wait as long as Retry-After says, and check the key."
        )
        raise HTTPException(429, detail, headers={"Retry-After": str(quota.reset_s)})
