"""The unusual spellings that a language's compiler takes for usual ones, undone, one function a language.

Each takes a file's text without its byte order mark and gives the texts that compilers read: the first is
what the usual compiler with its usual options reads, the others what another compiler or option makes of it.
Where nothing is unusual there is one, and it is the text itself.
"""

from __future__ import annotations

import re
import unicodedata

from verifiers.scanners.bash_listing import listing
from verifiers.scanners.captures import captures_opened
from verifiers.scanners.rust_macros import unwrapped

_LONE_CR = re.compile(r"\r(?!\n)")
_PYTHON_ENDS = re.compile(r"\r\n|\r")
_SOLIDITY_ENDS = re.compile("\r\n|[\r\v\f\u2028\u2029]")
_JAVA_ENDS = re.compile(r"\r\n|\r")
_JAVASCRIPT_ENDS = re.compile("\r\n|[\r\u2028\u2029]")
_RUST_BLANKS = re.compile("[\r\u0085\u200e\u200f\u2028\u2029](?!\n)")

_JAVA_ESCAPE = re.compile(r"(?<!\\)(?P<slashes>(?:\\\\)*)\\u+(?P<code>[0-9A-Fa-f]{4})")
# What javac leaves out of identifiers (Character.isIdentifierIgnorable), but for white space.
_JAVA_IGNORED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufff9-\ufffb]"
)
_JAVASCRIPT_ESCAPE = re.compile(
    r"(?<!\\)(?P<slashes>(?:\\\\)*)\\(?:u\{0*(?P<braced>[0-9A-Fa-f]{2})\}|u00(?P<four>[0-9A-Fa-f]{2})"
    r"|x(?P<two>[0-9A-Fa-f]{2}))"
)
# Strings and comments first, so that what looks like a comment inside one of them is none. One that is never
# closed goes on to the end, so that no text takes more than one pass.
_JAVASCRIPT_SKIP = (
    r"""(?P<skip>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\.)*`?|//[^\n]*|/\*(?:.*?\*/|.*))"""
)
_HTML_MARK = r"|(?P<html><!--|(?:^|(?<=\n))[ \t]*-->)"
_MODULE_TOKEN = re.compile(_JAVASCRIPT_SKIP + _HTML_MARK, re.DOTALL)
_SCRIPT_TOKEN = re.compile(_JAVASCRIPT_SKIP + _HTML_MARK + r"(?P<rest>[^\n]*)", re.DOTALL)
_SPLICE = re.compile(r"\\[ \t\v\f]*\n")
_TRIGRAPHS = {"=": "#", "(": "[", "/": "\\", ")": "]", "'": "^", "<": "{", "!": "|", ">": "}", "-": "~"}
_TRIGRAPH = re.compile(r"\?\?([=(/)'<!>-])")
_DIGRAPHS = {"<%": "{", "%>": "}", "<:": "[", ":>": "]", "%:": "#"}
_DIGRAPH = re.compile(r"<%|%>|<:(?!:[^:>])|(?<!:):>|%:")
_RENAME = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(?=[ \t])[ \t(]+([A-Za-z_]\w*)[ \t)]*$", re.MULTILINE
)
_C_COMMENT = re.compile(
    r"""(?P<text>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)|//[^\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL
)
# A keyword needs the mark to be a name at all.
_RUST_RAW = re.compile(
    r"\br#(?!(?:abstract|as|async|await|become|box|break|const|continue|do|dyn|else|enum|extern|false|final|fn|for"
    r"|gen|if|impl|in|let|loop|macro|match|mod|move|mut|override|priv|pub|ref|return|static|struct|trait|true|try"
    r"|type|typeof|unsafe|unsized|use|virtual|where|while|yield)\b)([^\W\d]\w*)"
)
_BASH_QUOTING = re.compile(r"""(?<=\w)(?:''|""|\\)(?=\w)|(?<=\s)\\(?=[a-z])|^\\(?=[a-z])""", re.MULTILINE)


def python(text: str) -> tuple[str, ...]:
    """A bare carriage return ends a line; letters in identifiers are the same up to NFKC (PEP 3131)."""
    text = _PYTHON_ENDS.sub("\n", text)
    if not text.isascii():
        text = text.translate({ord(char): _plain(char) for char in set(text) if not char.isascii()})
    return (text,)


def solidity(text: str) -> tuple[str, ...]:
    """Form feeds, vertical tabs and Unicode's separators end lines, too."""
    return (_SOLIDITY_ENDS.sub("\n", text),)


def java(text: str) -> tuple[str, ...]:
    r"""``\u0041`` is decoded before anything else is read; ignorable characters in identifiers are dropped.

    The second reading keeps these: they are in strings as well, and a rule looks for them.
    """
    kept = _JAVA_ENDS.sub("\n", _JAVA_ESCAPE.sub(_java_character, text))
    return (_JAVA_IGNORED.sub("", kept), kept)


def javascript(text: str) -> tuple[str, ...]:
    r"""``\u0065val`` is ``eval``; Unicode's separators end lines; ``<!--`` is a comment outside of modules.

    The first reading is that of a module, where ``<!--`` and ``-->`` are operators.
    """
    text = _JAVASCRIPT_ENDS.sub("\n", text)
    text = _JAVASCRIPT_ESCAPE.sub(_javascript_character, text)
    if not any(found["html"] for found in _MODULE_TOKEN.finditer(text)):
        return (text,)
    module = _MODULE_TOKEN.sub(lambda found: found["skip"] or _spread(found["html"]), text)
    script = _SCRIPT_TOKEN.sub(lambda found: found["skip"] or f"//{found['rest']}", text)
    return module, script


def c(text: str) -> tuple[str, ...]:
    """A backslash joins a line to the next one; trigraphs, digraphs and one-word macros are other readings.

    The lines that were joined come back as empty ones behind them, so that later lines keep their numbers.
    A bare carriage return is white space to GCC and the end of a line to Clang.
    """
    text = text.replace("\r\n", "\n")
    readings = [_LONE_CR.sub(" ", text), _LONE_CR.sub("\n", text)]
    if _TRIGRAPH.search(text):
        readings += [_TRIGRAPH.sub(lambda found: _TRIGRAPHS[found[1]], reading) for reading in readings]
    readings = [spliced(reading) for reading in readings]
    if _DIGRAPH.search(text):
        readings += [_DIGRAPH.sub(lambda found: _DIGRAPHS[found[0]], reading) for reading in readings]
    readings += [_renamed(reading) for reading in readings]
    return tuple(
        dict.fromkeys([*readings, *(captures_opened(reading) for reading in dict.fromkeys(readings))])
    )


def go(text: str) -> tuple[str, ...]:
    """A bare carriage return is white space and ends no comment."""
    return (_LONE_CR.sub(" ", text.replace("\r\n", "\n")),)


def rust(text: str) -> tuple[str, ...]:
    """Unicode's separators and marks are white space; identifiers are the same up to NFC.

    The other readings have ``r#new`` as ``new`` and the code in macros as if it were in none.
    """
    text = _RUST_BLANKS.sub(" ", text.replace("\r\n", "\n")).replace("\u212a", "K")
    plain = _RUST_RAW.sub(r"\1", text)
    return (text, plain, *unwrapped(plain))


def bash(text: str) -> tuple[str, ...]:
    r"""Quotes and backslashes inside a word change nothing: ``ev''al`` and ``\eval`` are ``eval``.

    The last reading lists commands that a scanner may not see where they stand.
    """
    joined = spliced(text)
    listed = listing(joined)
    return (joined, _BASH_QUOTING.sub("", joined), *([listed] if listed else []))


def _plain(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    # Only what can be part of an identifier: a full-width quotation mark would end strings if it were plain.
    return plain if plain.isascii() and plain.replace("_", "a").isalnum() else char


def _java_character(found: re.Match[str]) -> str:
    char = chr(int(found["code"], 16))
    # Half of a pair that stands alone is nothing that could be written as UTF-8.
    return found["slashes"] + ("\ufffd" if "\ud800" <= char <= "\udfff" else char)


def _javascript_character(found: re.Match[str]) -> str:
    char = chr(int(found["braced"] or found["four"] or found["two"], 16))
    return found["slashes"] + char if char.isascii() and (char.isalnum() or char in "_$") else found[0]


def _spread(mark: str) -> str:
    return mark.replace("<!--", "< !--").replace("-->", "-- >")


def spliced(text: str) -> str:
    """Lines that a backslash joins as one, empty ones behind it, so that later lines keep their numbers."""
    if not _SPLICE.search(text):
        return text
    return _joined(_SPLICE.sub("\x00", text))


def _joined(text: str) -> str:
    """The text with the lines that marks stand for as empty ones behind their line."""
    lines = []
    for line in text.split("\n"):
        lines += [line.replace("\x00", ""), *[""] * line.count("\x00")]
    return "\n".join(lines)


def _renamed(text: str) -> str:
    """The text with macros that stand for one other word replaced, as in ``#define run system``."""
    if "define" not in text:
        return text
    plain = _joined(_C_COMMENT.sub(lambda found: found["text"] or " " + "\x00" * found[0].count("\n"), text))
    names = dict(_RENAME.findall(plain))
    if not names:
        return text
    names = _followed(names)
    defined = _RENAME.sub("", plain)
    return re.sub(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b", lambda found: names[found[0]], defined)


def _followed(names: dict[str, str]) -> dict[str, str]:
    """Each name with what stands at the end of its chain; one that comes back to itself ends anywhere."""
    ends: dict[str, str] = {}
    for name in names:
        chain: dict[str, None] = {}  # a set that keeps its order
        here = name
        while here in names and here not in ends and here not in chain:
            chain[here] = None
            here = names[here]
        ends |= dict.fromkeys(chain, ends.get(here, here))
    return ends
