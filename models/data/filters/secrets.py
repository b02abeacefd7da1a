"""Secrets leave the training data: found as the ``secrets`` verifier finds them, then dropped or replaced."""

from __future__ import annotations

import re
from typing import Literal

from models.data.document import Document
from models.data.step import Dropped, Kept, kept
from verifiers.domain import SourceFile, Value
from verifiers.scanners import secrets

_PEM = re.compile(
    r"(-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)(?:(?!-----BEGIN ).){0,20000}?"
    r"(-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)",
    re.DOTALL,
)
_QUOTED = re.compile(r"([\"'`])[^\"'`\s]{16,200}\1")
_SAMPLE = "REDACTED"


def lines_with_secrets(text: str) -> list[int]:
    """The lines, from 1, on which a secret begins; see :mod:`verifiers.scanners.secrets`."""
    # Not validated: what the pipeline holds may be larger than a candidate's file, and this reads text alone.
    file = SourceFile.model_construct(path="text", content=text)
    found = secrets.find(file, secrets.forms())
    return sorted({finding.location.line for finding in found if finding.location})


def without_secrets(text: str) -> str | None:
    """The text with ``REDACTED`` for its secrets; None where one is left that cannot be cut out."""
    text = _PEM.sub(rf"\1 {_SAMPLE} \2", text)
    for form, pattern in secrets.forms():
        if form.mark in text:
            text = pattern.sub(_redacted, text)
    wanted = frozenset(lines_with_secrets(text))
    if wanted:
        lines = text.split("\n")
        for number in wanted:
            # A line below as well: the value may be on the line after its name.
            for at in (number - 1, number):
                if at < len(lines):
                    lines[at] = _QUOTED.sub(rf"\g<1>{_SAMPLE}\g<1>", lines[at])
        text = "\n".join(lines)
    return None if lines_with_secrets(text) else text


def _redacted(found: re.Match[str]) -> str:
    if "secret" not in found.re.groupindex or found["secret"] is None:
        return _SAMPLE
    start, end = found.start("secret") - found.start(), found.end("secret") - found.start()
    return f"{found[0][:start]}{_SAMPLE}{found[0][end:]}"


class SecretsFilter(Value):
    """Drops or redacts documents that hold keys, tokens or passwords.

    Attributes:
        action: ``redact`` puts a word in the secret's place, and drops where that is not possible.
    """

    step: Literal["secrets"] = "secrets"
    action: Literal["drop", "redact"] = "drop"

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        texts = (document.text, document.prompt, document.tests)
        found = sum(len(lines_with_secrets(text)) for text in texts)
        if not found:
            return kept(document)
        text, prompt, tests = map(without_secrets, texts)
        if self.action == "drop" or text is None or prompt is None or tests is None:
            return Dropped("secret")
        return kept(document.with_texts(text, prompt, tests), {"secrets redacted": found})
