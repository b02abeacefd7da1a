"""What a text looks like from afar: its encoding, its size, its lines."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from models.data.document import Document
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Value

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOJIBAKE = re.compile(r"[\u00c2\u00c3\u00e2][\u0080-\u00bf\u2018-\u203a\u20ac]")


class EncodingFilter(Value):
    """Drops what is no text: binary data, undecodable bytes, text that was decoded wrongly before.

    Attributes:
        control: The largest share of control characters.
        replaced: The largest share of U+FFFD, which stands for bytes that could not be decoded.
    """

    step: Literal["encoding"] = "encoding"
    control: float = Field(default=0.0, ge=0, le=1)
    replaced: float = Field(default=0.0, ge=0, le=1)

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        text = document.text
        if not text.strip():
            return Dropped("empty")
        if text.count("\0") or len(_CONTROL.findall(text)) > self.control * len(text):
            return Dropped("binary")
        if text.count("\ufffd") > self.replaced * len(text) or _SURROGATE.search(text):
            return Dropped("encoding not known")
        if len(_MOJIBAKE.findall(text)) > 5:
            return Dropped("decoded wrongly")
        if text.startswith("\ufeff"):
            return kept(document.model_copy(update={"text": text[1:]}), {"byte-order marks removed": 1})
        return kept(document)


class SizeFilter(Value):
    """Drops what is too large, too small, or has lines that nobody wrote.

    The limits on lines are those of The Stack and of Codex's training set (arXiv:2107.03374, section 3.1).

    Attributes:
        least_bytes: UTF-8 bytes.
        most_bytes: UTF-8 bytes.
        most_lines: Lines.
        longest_line: Characters.
        mean_line: Characters a line.
        alphanumeric: The least share of letters and digits among the characters that are no blanks.
    """

    step: Literal["size"] = "size"
    least_bytes: int = Field(default=20, ge=0)
    most_bytes: int = Field(default=1_000_000, ge=1)
    most_lines: int = Field(default=20_000, ge=1)
    longest_line: int = Field(default=1_000, ge=1)
    mean_line: float = Field(default=100.0, gt=0)
    alphanumeric: float = Field(default=0.25, ge=0, le=1)

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.least_bytes > self.most_bytes:
            raise ValueError("least_bytes is larger than most_bytes")
        return self

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        text = document.text
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > self.most_bytes:
            return Dropped("too large")
        if size < self.least_bytes:
            return Dropped("too small")
        lengths = [len(line) for line in text.split("\n")]
        if len(lengths) > self.most_lines:
            return Dropped("too many lines")
        if max(lengths) > self.longest_line or sum(lengths) / len(lengths) > self.mean_line:
            return Dropped("lines too long")
        signs = "".join(text.split())
        if sum(map(str.isalnum, signs)) < self.alphanumeric * len(signs):
            return Dropped("hardly any words")
        return kept(document)
