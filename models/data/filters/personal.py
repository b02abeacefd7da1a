"""Personal data leaves the text (GDPR): addresses, numbers and names become samples of their kind."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field

from models.data.document import Document
from models.data.filters.personal_patterns import Kind, personal_data
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Value

ALL_KINDS: tuple[Kind, ...] = ("email", "ip", "phone", "name")


class Cleaned(Value):
    """A text without personal data.

    Attributes:
        text: What is left.
        counts: How many pieces of each kind were replaced.
    """

    text: str
    counts: dict[str, int] = Field(default={})


def without_personal_data(
    text: str,
    kinds: tuple[Kind, ...] = ALL_KINDS,
    style: str = "reserved",
    known: dict[tuple[str, str], str] | None = None,
) -> Cleaned:
    """Replace personal data; the same in one text becomes the same sample. Done again, it changes nothing.

    Args:
        text: Hostile.
        kinds: Which are looked for.
        style: ``reserved``: names and numbers that are kept for examples (RFC 2606, 3849 and 5737, and the
            fictional telephone numbers of North America), so that code which parses them
            still works. ``tags``:
            ``<EMAIL_1>`` and the like.
        known: Samples by kind and value, of texts that belong to this one; those of this text are added.
    """
    parts: list[str] = []
    known = {} if known is None else known
    numbers = Counter(kind for kind, _ in known)
    counts: Counter[str] = Counter()
    at = 0
    for item in personal_data(text, frozenset(kinds)):
        value = text[item.start : item.end]
        key = (item.kind, value.lower())
        if key not in known:
            numbers[item.kind] += 1
            known[key] = _sample(item.kind, value, numbers[item.kind], style)
        parts += [text[at : item.start], known[key]]
        counts[item.kind] += 1
        at = item.end
    return Cleaned(text="".join((*parts, text[at:])), counts=dict(counts))


def _sample(kind: Kind, value: str, number: int, style: str) -> str:
    if style == "tags" or kind == "name":
        return f"<{kind.upper()}_{number}>"
    if kind == "email":
        return f"user{number}@example.com"
    if kind == "ip":
        return f"2001:db8::{number:x}" if ":" in value else f"192.0.2.{(number - 1) % 254 + 1}"
    return f"+1 202 555 01{(number - 1) % 100:02}"


class PersonalDataFilter(Value):
    """Replaces e-mail and IP addresses, telephone numbers and people's names in notices by samples.

    Attributes:
        kinds: What is looked for.
        style: See :func:`without_personal_data`.
        drop_over: Drop a document with more pieces than this: it is a list of people. None keeps all.
    """

    step: Literal["personal"] = "personal"
    kinds: tuple[Kind, ...] = ALL_KINDS
    style: Literal["reserved", "tags"] = "reserved"
    drop_over: int | None = Field(default=50, ge=0)

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        known: dict[tuple[str, str], str] = {}
        cleaned = [
            without_personal_data(text, self.kinds, self.style, known)
            for text in (document.text, document.prompt, document.tests)
        ]
        counts: Counter[str] = sum((Counter(each.counts) for each in cleaned), Counter())
        if self.drop_over is not None and counts.total() > self.drop_over:
            return Dropped("personal data")
        if not counts:
            return kept(document)
        changed = document.with_texts(*(each.text for each in cleaned))
        return kept(changed, {f"{kind} replaced": count for kind, count in sorted(counts.items())})
