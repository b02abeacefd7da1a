"""What a file is written in: by its name, its ``#!`` line, and where the name leaves it open by its text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from typing import Literal

from models.data.document import Document
from models.data.filters.tables import read_table
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Language, Value

_LOOKED_AT = 20_000  # characters
_SHEBANG = re.compile(r"\ufeff?#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:\S*/)?(?P<program>[A-Za-z-]+)")
_CPP = re.compile(
    r"^[ \t]*(?:class\s+\w+\s*[:{;]|template\s*<|namespace\b|using\s+\w|(?:public|private|protected)\s*:|#include\s*<\w+>)"
    r"|\bstd::|\b(?:constexpr|noexcept|nullptr|static_cast|virtual|typename|operator\s*[=<>+\-*(\[])",
    re.MULTILINE,
)
_OBJECTIVE_C = re.compile(r"^[ \t]*(?:@interface|@implementation|@protocol|@property|#import)\b", re.MULTILINE)
_XML = re.compile(r"\ufeff?\s*<(?:\?xml|!DOCTYPE)\b")
_SOLIDITY = re.compile(r"\b(?:pragma\s+solidity|contract\s+\w+|interface\s+\w+|library\s+\w+|function\s+\w+\s*\()")
_CPP_GUARD = re.compile(r"#[ \t]*if(?:def)?[ \t]+(?:defined[ (]+)?__cplusplus.{0,200}?#[ \t]*endif", re.DOTALL)


def language_of(path: str, text: str) -> str:
    """A language's usual name in lower case, a :class:`~verifiers.domain.Language`'s value where it is one.

    Args:
        path: The file's name; hostile.
        text: Its text; only the beginning is looked at.

    Returns:
        Empty where neither says anything.
    """
    name = PurePosixPath(path).name
    head = text[:_LOOKED_AT]
    suffix = PurePosixPath(name).suffix.lower()
    known = _names().get(name) or _suffixes().get(suffix)
    if suffix in (".h", ".ts", ".sol", ".m", ".inc"):
        return _by_text(suffix, head)
    if known:
        return known
    shebang = _SHEBANG.match(head)
    if shebang:
        return _programs().get(shebang["program"], "")
    return _by_pygments(name) if suffix else ""


def _by_text(suffix: str, head: str) -> str:
    """Suffixes that two languages share."""
    if suffix == ".ts":  # Qt's translations
        return "xml" if _XML.match(head) else "typescript"
    if suffix == ".sol":
        return "solidity" if _SOLIDITY.search(head) else ""
    if _OBJECTIVE_C.search(head):
        return "objective-c"
    if suffix == ".m":
        return "matlab" if re.search(r"^\s*%|^function\b", head, re.MULTILINE) else ""
    if suffix == ".inc":
        return "php" if head.lstrip().startswith("<?php") else ""
    # What only C++ sees of a header says nothing about it.
    return "cpp" if _CPP.search(_without_comments(_CPP_GUARD.sub("", head))) else "c"


def _without_comments(text: str) -> str:
    return re.sub(r"//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/", "", text)


@cache
def _by_pygments(name: str) -> str:
    from pygments.lexers import find_lexer_class_for_filename

    found = find_lexer_class_for_filename(f"a{PurePosixPath(name).suffix}")
    return str(found.name).lower() if found else ""


@cache
def _suffixes() -> dict[str, str]:
    return {suffix: name for name, suffixes in read_table("languages.yaml")["suffixes"].items() for suffix in suffixes}


@cache
def _programs() -> dict[str, str]:
    return {program: name for name, programs in read_table("languages.yaml")["programs"].items() for program in programs}


@cache
def _names() -> dict[str, str]:
    return dict(read_table("languages.yaml")["names"])


class LanguageFilter(Value):
    """Says what each document is written in, and keeps the languages that are asked for.

    Attributes:
        keep: Names as :func:`language_of` gives them; all of Acrisol's by default.
    """

    step: Literal["language"] = "language"
    keep: tuple[str, ...] = tuple(language.value for language in Language)

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`. What has a language already and no path keeps it."""
        language = language_of(document.path, document.text) if document.path else document.language
        if not language:
            return Dropped("language not known")
        if language not in self.keep:
            return Dropped("language not wanted")
        return kept(document.model_copy(update={"language": language}))
