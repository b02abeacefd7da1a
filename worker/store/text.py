"""Values as text that every database and every HTTP client can hold."""

from __future__ import annotations

import json

from verifiers.domain import Value


def to_json(value: Value) -> str:
    """The value as JSON text.

    Tool and model output can hold lone surrogates, which have no UTF-8 form; they become question marks.
    """
    return encodable(json.dumps(value.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")))


def encodable(text: str) -> str:
    """The text with everything that has no UTF-8 form replaced, and without NUL, which Postgres refuses."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")
