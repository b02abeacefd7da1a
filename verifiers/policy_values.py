"""What a policy can say. A value of the vocabulary (:mod:`verifiers.domain`), apart for its length.

The same value is a task's ``policy`` in an HTTP body and the content of a YAML file
(:mod:`verifiers.policy_file`); :mod:`verifiers.policy` decides by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from verifiers.terms import Language, Severity
from verifiers.values import Text, Value, digest

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MAX_NAMES = 100
_MAX_SUPPRESSIONS = 1_000


class Incomplete(StrEnum):
    """What becomes of a candidate that nothing speaks against, but that was not wholly looked at."""

    BLOCK = "block"  # not accepted: other code is tried, and a person is asked when the budget has ended
    REVIEW = "review"  # not accepted: a person is asked at once


def _incomplete(value: object) -> object:
    if value == "accept":
        raise ValueError(
            "cannot be 'accept': name the verifiers whose incomplete verdict is accepted in 'waive'"
        )
    return value


def _iso_date(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return _no_date()
    try:
        return date.fromisoformat(value)
    except ValueError:
        return _no_date()


def _no_date() -> object:
    raise ValueError("is not a date: write it like 2027-06-30, the last day on which the suppression counts")


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty: say why the finding is acceptable")
    return value


def _inner_glob(value: str) -> str:
    if value.startswith("/") or "\\" in value or ".." in value.split("/"):
        raise ValueError("must be a relative path or glob inside the project, such as 'legacy/**'")
    return value


Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=_MAX_NAMES)
]
IncompleteField = Annotated[Incomplete, BeforeValidator(_incomplete)]


class Suppression(Value):
    """A finding that somebody has looked at and accepts until a date.

    Attributes:
        rule: The rule whose findings are accepted, by its exact id.
        fingerprint: The one finding that is accepted; exactly one of ``rule`` and ``fingerprint`` is given.
        path: Only in files that this glob matches (``*`` within a folder, ``**`` over folders).
        reason: Why.
        expires: The last day (UTC) on which it counts.
    """

    rule: Annotated[Text, Field(min_length=1, max_length=300)] | None = None
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")] | None = None
    path: Annotated[Text, Field(min_length=1, max_length=255), AfterValidator(_inner_glob)] | None = None
    reason: Annotated[Text, Field(max_length=1_000), AfterValidator(_not_blank)]
    expires: Annotated[date, BeforeValidator(_iso_date)]

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if (self.rule is None) == (self.fingerprint is None):
            raise ValueError("must have exactly one of 'rule' and 'fingerprint'")
        return self

    def has_expired(self, today: date) -> bool:
        """Whether it no longer counts."""
        return today > self.expires


class LanguageRules(Value):
    """What is different for one language; see :class:`Policy` for the fields.

    Attributes:
        require: Added to the policy's.
        waive: Added to the policy's.
        block_severity: In place of the policy's, where given.
        incomplete: In place of the policy's, where given.
    """

    require: Names = ()
    waive: Names = ()
    block_severity: Severity | None = None
    incomplete: IncompleteField | None = None


class Policy(Value):
    """What an acceptable candidate is. The default is fail-closed.

    Attributes:
        block_severity: Findings of at least this severity block.
        incomplete: What an incomplete verdict means.
        allow_shared_judge: Accept tests that can only run in one process with the candidate (they
            monkeypatch it, say). Such a pass is weaker evidence, so by default it is ``incomplete``.
        block_unconfirmed: Whether a finding blocks that an attack neither confirmed nor refuted.
        require: Verifiers that must pass, by name, beyond those that apply to the task anyway.
        waive: Verifiers whose ``incomplete`` is accepted, by name; the receipt says so.
        languages: What is different for a language.
        suppressions: Findings that are accepted for a time.
    """

    block_severity: Severity = Severity.MEDIUM
    incomplete: IncompleteField = Incomplete.BLOCK
    allow_shared_judge: Annotated[bool, Field(strict=True)] = False
    block_unconfirmed: Annotated[bool, Field(strict=True)] = True
    require: Names = ()
    waive: Names = ()
    languages: Mapping[Language, LanguageRules] = Field(default={})
    suppressions: Annotated[tuple[Suppression, ...], Field(max_length=_MAX_SUPPRESSIONS)] = ()

    def for_language(self, language: Language) -> Policy:
        """The policy that is in force for a language; it has no ``languages`` any more."""
        rules = self.languages.get(language, LanguageRules())
        return self.model_copy(
            update={
                "block_severity": rules.block_severity or self.block_severity,
                "incomplete": rules.incomplete or self.incomplete,
                "require": tuple(dict.fromkeys((*self.require, *rules.require))),
                "waive": tuple(dict.fromkeys((*self.waive, *rules.waive))),
                "languages": {},
            }
        )

    @property
    def digest(self) -> str:
        """SHA-256 over the policy as JSON with sorted keys, in hex: equal for equal policies."""
        return digest(json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":")))
