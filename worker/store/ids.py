"""Job ids: UUID version 7 (RFC 9562, section 5.7), which sort by the millisecond of their creation."""

from __future__ import annotations

import secrets
import uuid


def new_id(now: float) -> str:
    """A fresh id.

    Args:
        now: Seconds since the epoch.
    """
    milliseconds = int(now * 1000) & (2**48 - 1)
    random = secrets.randbits(74)
    high, low = random >> 62, random & (2**62 - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low))


def beginning(at: float) -> str:
    """What the ids made at a moment or later are not less than.

    Args:
        at: Seconds since the epoch.
    """
    digits = f"{max(0, int(at * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:]}"


def accepted_at(job_id: str) -> float | None:
    """When the job of an id was accepted, in seconds since the epoch; None for an id of another kind."""
    try:
        number = uuid.UUID(job_id)
    except ValueError:
        return None
    return (number.int >> 80) / 1000 if number.version == 7 else None
