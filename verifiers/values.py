"""What every value is made of: the frozen base, hostile text made safe, and source files."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 200


class Value(BaseModel):
    """A frozen value that names its unknown fields instead of dropping them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 text, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def checked_text(value: str) -> str:
    """The text itself.

    Raises:
        ValueError: it holds control characters or lone surrogates.
    """
    found = _CONTROL.search(value)
    if found:
        raise ValueError(
            f"contains the control character U+{ord(found.group()):04X} at position {found.start()}: "
            "send text, not binary data"
        )
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("contains a lone surrogate: send valid Unicode text")
    return value


def _is_inner_path(value: str) -> str:
    path = PurePosixPath(value)
    if (
        not path.parts
        or path.is_absolute()
        or ".." in path.parts
        or value != str(path)
        or "\\" in value
        or not value.isprintable()
    ):
        raise ValueError("must be a relative path inside the project, such as 'solution.py', without '..'")
    return value


Text = Annotated[str, AfterValidator(checked_text)]
InnerPath = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_is_inner_path)]


class SourceFile(Value):
    """One file of a project: a relative POSIX path and its text (at most 1 MB of UTF-8)."""

    path: InnerPath
    content: Text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        size = len(self.content.encode())
        if size > MAX_FILE_BYTES:
            raise ValueError(f"{self.path} has {size:,} bytes; a file may have at most {MAX_FILE_BYTES:,}")
        return self


def _have_distinct_paths(files: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
    paths = [file.path for file in files]
    twice = sorted({path for path in paths if paths.count(path) > 1})
    if twice:
        raise ValueError(f"the path {twice[0]!r} is given twice")
    return files


Files = Annotated[tuple[SourceFile, ...], Field(max_length=MAX_FILES), AfterValidator(_have_distinct_paths)]
