"""What is taken out of a model's answer before anything is looked for in it."""

from __future__ import annotations

import html
import re

MAX_ANSWER_CHARS = 1_000_000

# Exactly the characters that ``verifiers.domain.SourceFile`` refuses.
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# An opening tag counts at the start of a line only: code may hold the tags in its string literals.
_THOUGHT = re.compile(r"^[ \t]*<think(?:ing)?>", re.IGNORECASE | re.MULTILINE)
_THOUGHT_END = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_STRAY_END = re.compile(r"</think(?:ing)?>[ \t]*$", re.IGNORECASE | re.MULTILINE)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|#39|#x27|#34);")


def clean(text: str) -> tuple[str, bool]:
    """Normalise an answer.

    Removes byte-order marks, carriage returns, terminal colours, control characters, lone surrogates and
    ``<think>`` sections.

    Returns:
        The text, and whether it was cut because it is longer than :data:`MAX_ANSWER_CHARS`.
    """
    cut = len(text) > MAX_ANSWER_CHARS
    text = text[:MAX_ANSWER_CHARS].encode("utf-8", "ignore").decode("utf-8")
    text = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    return without_thoughts(_CONTROL.sub("", _ANSI.sub("", text))), cut


def without_thoughts(text: str) -> str:
    """Drop ``<think>...</think>`` sections.

    A section that is never closed hides the rest. A closing tag without an opening one (some chat templates
    put the opening tag into the prompt) hides all that stands before it.
    """
    kept: list[str] = []
    position = 0
    while opening := _THOUGHT.search(text, position):
        kept.append(text[position : opening.start()])
        closing = _THOUGHT_END.search(text, opening.end())
        if closing is None:
            return "".join(kept)
        position = closing.end()
    rest = text[position:]
    strays = list(_STRAY_END.finditer(rest)) if not kept else []
    return "".join(kept) + (rest[strays[-1].end() :] if strays else rest)


def unescaped(code: str) -> str:
    """Undo HTML escaping, where the whole code is escaped and not just one of its string literals."""
    if not _ENTITY.search(code) or "<" in code or ">" in code or "&" in _ENTITY.sub("", code):
        return code
    return html.unescape(code)


def without_prompts(code: str) -> str:
    """The statements of an interpreter session (``>>> def f():`` / ``...     return 1``), else ``code``."""
    lines = code.split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith(">>>"):
        return code
    kept = []
    for line in lines:
        bare = line.lstrip()
        if bare.startswith((">>>", "...")):
            kept.append(bare[4:] if bare[3:4] == " " else bare[3:])
    return "\n".join(kept)
