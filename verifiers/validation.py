"""From pydantic's errors to sentences that name the field and the fix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from verifiers.errors import InvalidInput

_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "string_too_short": "is empty",
    "json_invalid": "is not valid JSON",
}


def problems(errors: Iterable[Mapping[str, Any]]) -> list[InvalidInput]:
    """One :class:`InvalidInput` an error.

    Args:
        errors: What ``ValidationError.errors()`` gives; the ``input`` values are never repeated, since they
            can be large or secret.
    """
    return [InvalidInput(_field(error), _sentence(error)) for error in errors]


def invalid_input(error: ValidationError, prefix: str = "") -> InvalidInput:
    """The first problem of a validation error, with ``prefix`` put before the field's path."""
    first = problems(error.errors(include_url=False, include_input=False))[0]
    field = ".".join(part for part in (prefix, first.field) if part)
    return InvalidInput(field, first.message)


def _field(error: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in error["loc"])


def _sentence(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    text = _SENTENCES.get(kind) or str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]
