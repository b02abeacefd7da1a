"""Text that every reader of a report can take: tools and candidates may say anything."""

from __future__ import annotations

import re

# What XML 1.0 cannot hold, escaped or not; lone surrogates are no Unicode text in JSON either.
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_CHARS = 10_000


def fit(text: str, limit: int = _MOST_CHARS) -> str:
    """The text with every character that is unfit replaced, cut to ``limit`` characters."""
    cut = text if len(text) <= limit else f"{text[:limit]} … ({len(text) - limit:,} more characters)"
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", cut)
