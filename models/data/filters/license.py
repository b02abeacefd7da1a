"""Which licence a file or a repository is under, and the step that keeps what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field, field_validator

from models.data.document import Document
from models.data.filters.license_expressions import PERMISSIVE, is_allowed, normalised
from models.data.filters.tables import read_table
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Value
from verifiers.source_names import SUFFIXES

_HEAD = 4_000  # characters of a file in which its licence stands
_MOST_TEXT = 60_000  # of a licence's own text; the longest of the usual ones has 35,000
_TITLE = 200  # characters
_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([A-Za-z0-9.+() \t:-]{2,200})")
_MARKS = re.compile(
    r"^[ \t]*(?:/\*+|\*+/?|//+!?|#+|--+|;+|dnl\b|rem\b|<!--)?[ \t]*", re.MULTILINE | re.IGNORECASE
)
_NAMED = re.compile(r"(?:licen[cs]e|copying|unlicense|copyright)(?:[-_.].*)?", re.IGNORECASE)

_CODE = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)


def license_of_text(text: str) -> str:
    """The SPDX expression for a licence's own text or the notice at a file's head; empty for none known.

    What stands behind an SPDX tag counts alone, also where it is no expression (``UNLICENSED``).
    """
    declared = _SPDX.search(text[:_HEAD])
    if declared:
        said = declared[1].rstrip(" \t-.:")
        return normalised(said) or said
    words = " ".join(_MARKS.sub(" ", text[:_MOST_TEXT]).lower().split()).replace("`", "'")
    for row in read_table("licenses.yaml")["texts"]:
        starts = row.get("starts", "") in words[:_TITLE]
        if (
            starts
            and all(part in words for part in row["all"])
            and not any(part in words for part in row["none"])
        ):
            return str(row["id"])
    return ""


def license_of_file(text: str) -> str:
    """What a source file says of itself in its head; empty where it says nothing."""
    return license_of_text(text[:_HEAD])


def license_of_repository(files: Mapping[str, str]) -> str:
    """A repository's licence, from the licence files at its top.

    Several files count together: each licence must be met. Where a repository offers a choice, as Rust crates
    do with ``LICENSE-MIT`` and ``LICENSE-APACHE``, its package manifest says so, not these files; taking them
    as ``AND`` errs on the safe side.

    Args:
        files: Path -> text; only paths without a folder that are named like a licence are read.
    """
    found = {
        license_of_text(text)
        for path, text in sorted(files.items())
        if is_license_file(path) and len(PurePosixPath(path).parts) == 1
    }
    return " AND ".join(sorted(found - {""}))


def is_license_file(path: str) -> bool:
    """Whether a file is named like a licence and not like code about licences (``license.py``)."""
    file = PurePosixPath(path)
    return bool(_NAMED.fullmatch(file.name)) and file.suffix.lower() not in _CODE


class LicenseFilter(Value):
    """Keeps what is under allowed licences, by the file's own notice, else by its repository's licence.

    Attributes:
        allow: SPDX identifiers; permissive ones by default.
        unknown: What becomes of a document whose licence is not known.
        trust: Licences of whole sources that need no look, by the source's name: ``{"my-own-code": "MIT"}``.
    """

    step: Literal["license"] = "license"
    allow: tuple[str, ...] = Field(default=PERMISSIVE, min_length=1)
    unknown: Literal["drop", "keep"] = "drop"
    trust: dict[str, str] = Field(default={})

    @field_validator("allow")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if len(normalised(name).split()) != 1:
                raise ValueError(f"'{name}' is no SPDX licence identifier")
        return tuple(normalised(name) for name in names)

    @field_validator("trust")
    @classmethod
    def _readable(cls, trust: dict[str, str]) -> dict[str, str]:
        for expression in trust.values():
            if not normalised(expression):
                raise ValueError(f"'{expression}' is no SPDX licence expression")
        return trust

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        own = "" if document.prompt else license_of_file(document.text)
        stated = self.trust.get(document.source, document.license)
        expression = normalised(own or stated)
        if not expression:
            if self.unknown == "drop" or own or stated:
                return Dropped("licence not known")
            return kept(document, {"licence not known": 1})
        if not is_allowed(expression, self.allow):
            return Dropped("licence not allowed")
        return kept(document.model_copy(update={"license": expression}))
