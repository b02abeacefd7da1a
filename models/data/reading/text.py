"""From bytes to text."""

from __future__ import annotations

import codecs

_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decoded(data: bytes) -> tuple[str, str]:
    """Text and encoding (``utf-8``, ``utf-16`` or ``unknown``); what cannot be decoded becomes U+FFFD."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError:
                break
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace"), "unknown"
