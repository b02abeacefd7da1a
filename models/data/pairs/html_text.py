"""The HTML of a question or an answer as text with code in fences (CommonMark)."""

from __future__ import annotations

import re
from html import unescape

MAX_CHARS = 100_000  # of HTML: a post may have 30,000 characters of Markdown
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr", "hr", "dl", "dd", "dt"}
)
# A post's own `<` and `>` are escaped, also in attributes; so no tag is longer than to the next of either.
_TAG = re.compile(
    r"<!--[^<>]{0,1000}-->|<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,15})(?P<attributes>[^<>]{0,2000})>"
)
_HREF = re.compile(r"\bhref=(['\"])([^'\"]{0,1000})\1")
_SILENT = frozenset({"script", "style", "svg", "head"})
_BORDER = "\0"  # before a block's fences, so that no line of its code, or of the text, is taken for one


def text_of(html: str, language: str = "") -> str:
    """The text of a post.

    Args:
        html: Hostile; what is longer than :data:`MAX_CHARS` is cut.
        language: Written behind the fences.
    """
    reader = _Reader(language)
    reader.feed(html)
    return reader.result()


def code_blocks(html: str) -> list[str]:
    """The code blocks of a post, as they are."""
    reader = _Reader("")
    reader.feed(html)
    reader.result()
    return reader.blocks


class _Reader:
    def __init__(self, language: str) -> None:
        self.blocks: list[str] = []
        self._language = language
        self._parts: list[str] = []
        self._code: list[str] | None = None  # inside <pre>
        self._silent = 0
        self._link: tuple[str, int] | None = None  # address, and the part that its label begins with

    def feed(self, html: str) -> None:
        """Read a post. (``html.parser`` takes quadratic time for tags that never close.)"""
        html = html[:MAX_CHARS].replace(_BORDER, "")
        at = 0
        for found in _TAG.finditer(html):
            self._data(unescape(html[at : found.start()]))
            at = found.end()
            if found["name"] is None:
                continue
            if found["end"]:
                self._close(found["name"].lower())
            else:
                self._open(found["name"].lower(), found["attributes"])
        self._data(unescape(html[at:]))

    def _open(self, tag: str, attributes: str) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "pre":
            self._code = []
        elif self._code is not None:
            return
        elif tag == "code":
            self._parts.append("`")
        elif tag == "br":
            self._parts.append("\n")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag == "blockquote":
            self._parts.append("\n\n> ")
        elif tag == "a":
            address = _HREF.search(attributes)
            self._link = (unescape(address[2]) if address else "", len(self._parts))
        elif tag in _BLOCKS:
            self._parts.append("\n\n")

    def _close(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "pre" and self._code is not None:
            self._end_code()
        elif self._code is not None:
            return
        elif tag == "code":
            self._parts.append("`")
        elif tag == "a" and self._link:
            self._end_link(*self._link)
        elif tag == "blockquote" or tag in _BLOCKS:
            self._parts.append("\n\n")

    def _data(self, data: str) -> None:
        if self._silent:
            return
        if self._code is not None:
            self._code.append(data)
        else:
            self._parts.append(re.sub(r"\s+", " ", data))

    def _end_code(self) -> None:
        code = "".join(self._code or ()).replace("\r\n", "\n").strip("\n")
        self._code = None
        if not code.strip():
            return
        self.blocks.append(code)
        fence = "```"
        while fence in code:
            fence += "`"
        self._parts.append(f"\n\n{_BORDER}{fence}{self._language}\n{code}\n{_BORDER}{fence}\n\n")

    def _end_link(self, address: str, start: int) -> None:
        self._link = None
        label = "".join(self._parts[start:]).strip()
        if not label or label == address or _BORDER in label:
            return
        if address.startswith(("http://", "https://")) and len(address) < 500:
            self._parts[start:] = [f"[{label}]({address})"]

    def result(self) -> str:
        """What was read."""
        if self._code is not None:
            self._end_code()
        out: list[str] = []
        fenced = False
        blank = True
        for line in "".join(self._parts).split("\n"):
            is_border = line.startswith(_BORDER)
            fenced = fenced != is_border
            shown = line.removeprefix(_BORDER) if fenced or is_border else line.strip()
            if shown or fenced or not blank:
                out.append(shown)
            blank = not shown and not fenced
        return "\n".join(out).strip()
