"""How values read on the page. Pure, but for the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from verifiers.reports.audit.words import counted as counted
from verifiers.reports.audit.words import lasting as lasting

_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60))
_HEADING_CHARS = 240
_WORDS = {"dead": "dead letter", "audited": "report is there", None: "not run"}
_MARKS = {
    "pass": ("solved", "passed", "audited", "completed", "delivered", "ok", "accepted"),
    "fail": ("exhausted", "failed", "refused", "given_up", "rejected"),
    "open": ("incomplete", "needs_review", "expired", "revoked", "disabled"),
    "broke": ("error", "dead", "down"),
    "busy": ("running", "in_progress", "validating", "finalizing", "cancelling"),
}
_MARK_OF = {name: mark for mark, names in _MARKS.items() for name in names}


def now() -> datetime:
    """The current time."""
    return datetime.now(UTC)


def ago(then: datetime | None) -> str:
    """``just now``, ``12 min ago``; a dash for no time at all."""
    if then is None:
        return "-"
    seconds = (now() - then).total_seconds()
    for unit, size in _UNITS:
        number = int(seconds // size)
        if number > 0:
            return f"{number} {unit}{'s' if unit == 'day' and number > 1 else ''} ago"
    return f"{int(seconds)} s ago" if seconds >= 5 else "just now"


def moment(then: datetime | None) -> str:
    """``2026-11-30 07:02:36 UTC``."""
    return "-" if then is None else then.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def word(state: str | None) -> str:
    """A state or a status as a person says it."""
    return _WORDS.get(state) or str(state).replace("_", " ")


def mark(state: str | None) -> str:
    """Whose colour and shape a state or a status has: ``pass fail open broke busy`` or ``idle``."""
    return _MARK_OF.get(str(state), "idle")


def size(number: int) -> str:
    """``512 bytes``, ``1.4 MB``."""
    if number < 1_000:
        return f"{number} bytes"
    return f"{number / 1_000:.1f} kB" if number < 1_000_000 else f"{number / 1_000_000:.1f} MB"


def flat(value: Any) -> str:
    """A JSON value in one line, for people."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {flat(below)}" for name, below in value.items() if below)
    if isinstance(value, list | tuple):
        return ", ".join(map(flat, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def first_line(text: str) -> str:
    """What a heading can say of a longer text."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _HEADING_CHARS else f"{line[:_HEADING_CHARS]}…"


def as_it_is(text: str) -> Markup:
    """Text for a form's field: escaped, but not changed or cut, since it comes back from there."""
    return escape(text)
