"""Which language a message asks for, where nothing else says so."""

from __future__ import annotations

import re

from agent.extraction.fences import fenced_blocks
from verifiers.domain import Language

_LOOKED_AT = 20_000  # characters of the message
_NAMES: dict[str, Language] = {
    **{language.value: language for language in Language},
    "c++": Language.CPP,
    "golang": Language.GO,
}
_TAGS = _NAMES | {
    "py": Language.PYTHON,
    "python3": Language.PYTHON,
    "js": Language.JAVASCRIPT,
    "ts": Language.TYPESCRIPT,
    "rs": Language.RUST,
    "sh": Language.BASH,
    "sol": Language.SOLIDITY,
}
_THINGS = "function|class|program|script|code|module|contract|method|struct|library"
# "go" and "c" are other words, too: as a language they are written large, behind such a word.
_LONG = "|".join(re.escape(name) for name in _NAMES if name not in ("go", "c"))
_NAMED = re.compile(
    rf"\b(?:in|using|with)[ \t]+(?P<behind>{_LONG}|(?-i:Go|C))(?![\w+#-])"
    rf"|\b(?P<before>{_LONG})[ \t]+(?:{_THINGS})\b",
    re.IGNORECASE,
)


def named_language(message: str) -> Language | None:
    """The language of the first fenced block that has one, else the first that is named; None if none is."""
    text = message[:_LOOKED_AT]
    for block in fenced_blocks(text):
        if block.tag in _TAGS:
            return _TAGS[block.tag]
    named = _NAMED.search(text)
    return _NAMES[(named["behind"] or named["before"]).lower()] if named else None
