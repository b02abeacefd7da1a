"""Text of strangers inside a prompt: cut to size, without control characters, in a fence it cannot leave."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,20}[ -/]{0,5}[@-~]|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CODE_PATH = re.compile(r"(?<![\w.])/(?:[\w.@+-]{1,100}/){1,30}([\w.@+-]{1,100}\.(?:py|pyc|so|sol|js))\b")


def plain(text: str) -> str:
    """Without terminal sequences, control and direction characters and lone surrogates.

    Absolute paths of code files are reduced to the file's name: where things lie on this machine is none of
    the model's business.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", _ANSI.sub("", text)).encode("utf-8", "ignore").decode("utf-8")
    return _CODE_PATH.sub(r"\1", text)


def clipped(text: str, limit: int) -> str:
    """At most about ``limit`` characters: the beginning and the end, where the interesting parts are."""
    if len(text) <= limit:
        return text
    head = max(limit * 2 // 3, 1)
    tail = max(limit - head, 1)
    return f"{text[:head]}\n[... {len(text) - head - tail} characters left out ...]\n{text[-tail:]}"


def fenced(text: str, tag: str = "") -> str:
    """In a fence of more backticks than any run of them in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{tag}\n{text.rstrip()}\n{fence}"


def one_line(text: str, limit: int = 300) -> str:
    """As a single line of at most ``limit`` characters."""
    line = " ".join(plain(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 3] + "..."
