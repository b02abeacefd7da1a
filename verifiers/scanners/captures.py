"""C++ with the initialisers of lambdas' captures as statements, because parsers of rules leave them out.

``[r = f(x)] { return r; }`` is read as ``[r = f(x)] { f(x); return r; }``.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""R"(?P<mark>[^\s()\\"]{0,16})\(.*?(?:\)(?P=mark)"|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
    r"""|//[^\n]*|/\*.*?(?:\*/|\Z)|\w+|[^\s\w]""",
    re.DOTALL,
)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_LONGEST_HEAD = 60  # pieces between a lambda's captures and its body
_MOVED = re.compile(r"std\s*::\s*(?:move|forward\s*<[^<>]*>)\s*\(\s*\w+\s*\)")


def captures_opened(text: str) -> str:
    """The text with each initialiser that calls something repeated at the start of its lambda's body."""
    if "[" not in text:
        return text
    found = [each for each in _TOKEN.finditer(text) if not each[0].startswith(("//", "/*"))]
    tokens = [each[0] for each in found]
    partner: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token in ("(", "[", "{"):
            stack.append(index)
        elif token in _CLOSERS and stack and tokens[stack[-1]] == _CLOSERS[token]:
            partner[stack.pop()] = index
    places: dict[int, list[str]] = {}
    for start, end in partner.items():
        if tokens[start] != "[" or not {"=", "(", "{"} & set(tokens[start + 1 : min(end, start + 400)]):
            continue
        body = _body(tokens, partner, end + 1)
        if body and (calls := _calls(text, found, partner, start, end)):
            places.setdefault(found[body].end(), []).extend(calls)
    pieces: list[str] = []
    last = 0
    for place in sorted(places):
        pieces += [text[last:place], *(f" {call};" for call in places[place])]
        last = place
    return "".join([*pieces, text[last:]])


def _body(tokens: list[str], partner: dict[int, int], index: int) -> int:
    """The index of the bracket that opens a lambda's body; 0 where none follows."""
    for _ in range(_LONGEST_HEAD):
        if index >= len(tokens) or tokens[index] in (";", ",", "=", ")", "]", "}"):
            return 0
        if tokens[index] == "{":
            return index
        index = partner.get(index, index) + 1
    return 0


def _calls(text: str, found: list[re.Match[str]], partner: dict[int, int], start: int, end: int) -> list[str]:
    """The initialisers with a call in them, each on one line."""
    calls = []
    first, index = 0, start + 1
    while index <= end:
        token = found[index][0]
        if token == "=" and not first:
            first = index + 1
        elif token in ("(", "{") and not first:
            first = index  # r(f(x)) and r{f(x)} initialise, too
        if first and (token == "," or index == end):
            value = " ".join(text[found[first].start() : found[index].start()].split())
            calls += [value.removeprefix("{").removesuffix("}")] if _is_call(value) else []
        if token == "," or index == end:
            first = 0
        index = partner.get(index, index) + 1
    return calls


def _is_call(value: str) -> bool:
    return "(" in value and "//" not in value and not _MOVED.fullmatch(value)
