"""Which language a document is in."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator

from models.data.document import Document
from models.data.step import Dropped, Kept, kept
from verifiers.domain import Value
from verifiers.source_names import SUFFIXES
from verifiers.terms import Language

_OURS = {suffix: language.value for language, suffixes in SUFFIXES.items() for suffix in suffixes}
# Names under which datasets know our languages.
_ALIASES = {
    "c++": "cpp",
    "c#": "csharp",
    "golang": "go",
    "js": "javascript",
    "node": "javascript",
    "py": "python",
    "python3": "python",
    "sh": "bash",
    "shell": "bash",
    "sol": "solidity",
    "ts": "typescript",
}
_MORE = {".pyi": "python", ".pyw": "python", ".jsx": "javascript", ".tsx": "typescript", ".ksh": "bash"}
# What only C++ has; a header without any of it is taken for C.
_CPP = re.compile(
    r"^\s*(class|namespace|template\s*<|using\s+\w|public:|private:)|\bstd::|\boperator\b", re.M
)
_FOR_CPP = re.compile(r"#[ \t]*if(?:def)?[ \t]+(?:defined[ (]+)?__cplusplus.{0,200}?#[ \t]*endif", re.S)
_LOOKED_AT = 20_000  # characters of a header
_QT = re.compile(r"^\s*<(\?xml|!DOCTYPE TS|TS\b)")  # Qt's translations are called .ts as well
_SHEBANG = re.compile(r"^#![ \t]*(?:\S+/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?(?:\S+/)?([\w.+-]+)")
_INTERPRETERS = {"node": "javascript", "deno": "typescript", "sh": "bash", "bash": "bash", "dash": "bash"}


def _usual(name: str) -> str:
    """A language's name as documents have it."""
    name = name.strip().lower()
    return _ALIASES.get(name, name)


class LanguageStep(Value):
    """Tells the language by name, first line and content, and keeps those that are wanted.

    Attributes:
        keep: Names of languages; empty for all that can be told.
    """

    step: Literal["language"] = "language"
    keep: tuple[Annotated[str, AfterValidator(_usual)], ...] = ()

    def __call__(self, document: Document) -> Kept | Dropped:
        """See :class:`models.data.step.Step`."""
        language = language_of(document)
        if not language:
            return Dropped("unknown language")
        if self.keep and language not in self.keep:
            return Dropped("language not wanted")
        if language == document.language:
            return kept(document)
        return kept(document.model_copy(update={"language": language}))


def language_of(document: Document) -> str:
    """A document's language; empty where nothing tells it."""
    said = _usual(document.language)
    if said:
        return said
    suffix = PurePosixPath(document.path).suffix.lower()
    if suffix == ".h":
        # What only C++ sees of a header says nothing about it.
        seen = _FOR_CPP.sub("", document.text[:_LOOKED_AT])
        return Language.CPP.value if _CPP.search(seen) else Language.C.value
    if suffix == ".ts" and _QT.match(document.text):
        return ""
    known = _OURS.get(suffix) or _MORE.get(suffix)
    if known:
        return known
    first_line = "" if suffix else _by_first_line(document.text)
    return first_line or _by_name(document.path)


def _by_first_line(text: str) -> str:
    found = _SHEBANG.match(text[:200])
    if not found:
        return ""
    name = found.group(1).rstrip("0123456789.")
    return _INTERPRETERS.get(name) or (name if name in {"python", "perl", "ruby", "php", "lua"} else "")


def _by_name(path: str) -> str:
    pure = PurePosixPath(path)
    return _pygments(pure.suffix.lower() or pure.name)


@lru_cache(maxsize=4096)
def _pygments(key: str) -> str:
    """The language that Pygments' lexers give a suffix or a whole name, such as ``Makefile``."""
    from pygments.lexers import LEXERS

    patterns = {f"*{key}", key} if key.startswith(".") else {key}
    names = sorted(
        aliases[0] for _, _, aliases, filenames, _ in LEXERS.values() if aliases and patterns & set(filenames)
    )
    return min(names, key=lambda name: (len(name), name)) if names else ""
