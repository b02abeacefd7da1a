"""Rust with the code that is in macros written as if it were in none, so that a scanner's parser sees it.

To a parser the arguments of a macro and the body of a ``macro_rules!`` are loose words. Here a body becomes a
function, arguments that are statements take the place of the call, and those that are expressions become a
function's: ``assert!(f(x), "no")`` is ``assert_(f(x), 0)``. Every line keeps its number. Arguments in which
nothing can be called or declared are no code to look at: ``0`` stands for each, and a name for a macro of
these alone. What cannot be written so does not parse, and the scanner says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifiers.scanners.rust_words import KEYWORDS, RustCode, is_word, read_rust

# What stands for a macro's argument of a kind; its own name does for the others.
_STAND_INS = {"vis": "", "item": "", "block": "{}", "lifetime": "'l", "literal": "0"}
_MAX_NESTED = 8  # definitions in definitions
# Makes a parser report what cannot be read here.
_UNREADABLE = "\n}"
_SEPARATORS = {",", ";", "=>"}


def unwrapped(text: str) -> tuple[str, ...]:
    """The text with the code in macros laid open, which may be more than one text; none where none is in it.

    ``format!`` is also left as it is, because rules look for it.
    """
    if not any(sign in text for sign in ("!", "path", "include")):
        return ()
    code = read_rust(text)
    if code is None or any(_is_code_elsewhere(code, index) for index in range(len(code.tokens))):
        return (text + _UNREADABLE,)
    for _ in range(_MAX_NESTED):
        opened = _definitions_opened(text)
        if opened == text:
            return tuple(dict.fromkeys((_calls_opened(text, frozenset({"format"})), _calls_opened(text))))
        text = opened
    return (text + _UNREADABLE,)


def _definitions_opened(text: str) -> str:
    """Each arm of an outermost ``macro_rules!`` as a function of its name."""
    code = read_rust(text)
    if code is None:
        return text
    out = list(code.tokens)
    after = 0
    for index, token in enumerate(code.tokens):
        opening = index + 3
        if (
            index < after
            or token != "macro_rules"
            or code.at(index + 1) != "!"
            or opening not in code.partner
        ):
            continue
        after = code.partner[opening]
        for each in (*range(index, opening + 1), after):
            out[each] = ""
        direct = code.inside(opening)
        for place in range(0, len(direct) - 2, 4):
            pattern, arrow, body = direct[place : place + 3]
            if pattern in code.partner and body in code.partner and code.at(arrow) == "=>":
                _open_arm(code, out, f"fn {code.tokens[index + 2]}() {{", pattern, body)
        for each in direct[3::4]:
            out[each] = ""
    return code.joined(out)


def _open_arm(code: RustCode, out: list[str], head: str, pattern: int, body: int) -> None:
    end = code.partner[body]
    kinds = {
        code.tokens[each]: code.at(each + 2)
        for each in range(pattern, code.partner[pattern])
        if code.tokens[each].startswith("$") and code.at(each + 1) == ":"
    }
    _blank(out, pattern, body)
    if body not in code.live:
        _blank(out, body, end + 1)
        out[body] = f"{head} }}"
        return
    for each in range(body + 1, end):
        token = code.tokens[each]
        if token.startswith("$") and token != "$":
            name = token[1:]
            out[each] = _STAND_INS.get(kinds.get(token, ""), f"{name}_" if name in KEYWORDS else name)
        elif token == "$" and code.at(each + 1) == "(":
            _open_repetition(code, out, each)
    out[body], out[end] = head, "}"


def _open_repetition(code: RustCode, out: list[str], index: int) -> None:
    """``$( ... ),*`` once, as ``... ,``."""
    end = code.partner[index + 1]
    separated = code.at(end + 1) not in ("*", "+", "?")
    out[index] = out[index + 1] = out[end] = ""
    if separated and (code.at(end + 1) not in (",", ";") or code.at(end + 3) == code.at(end + 1)):
        out[end + 1] = ""
    out[end + 1 + separated] = ""


def _calls_opened(text: str, kept: frozenset[str] = frozenset()) -> str:
    code = read_rust(text)
    if code is None:
        return text + _UNREADABLE
    out = list(code.tokens)
    for index, token in enumerate(code.tokens):
        name = code.at(index - 1)
        if out[index] == "!" and is_word(name) and code.at(index + 1) in ("(", "[", "{") and name not in kept:
            _open_call(code, out, index)
        elif token == ":" and code.at(index - 1).startswith('"') and out[index] == ":":
            _open_entry(code, out, index)
        elif token == "if" and code.at(index + 1) == "#" and index + 2 in code.partner and out[index]:
            _blank(out, index + 1, code.partner[index + 2] + 1)
            out[index + 1] = "0"
    return code.joined(out)


def _is_code_elsewhere(code: RustCode, index: int) -> bool:
    """Whether code is taken from a file whose name is not that of Rust here, so that nothing scans it."""
    token, following = code.tokens[index], code.at(index + 1)
    if token == "include":
        return following == "as" or (following == "!" and not code.at(index + 3).endswith('.rs"'))
    attribute = token == "path" and following == "=" and code.at(index - 1) in ("[", "(", ",")
    return (
        attribute
        and code.at(index + 2).endswith(('"', "#", "concat"))
        and not code.at(index + 2).endswith('.rs"')
    )


def _open_entry(code: RustCode, out: list[str], index: int) -> None:
    """``{"name": value}``, as in JSON, is ``("name", value)``."""
    out[index] = ","
    if out[index - 2] == "{":
        out[index - 2], out[code.partner[index - 2]] = "(", ")"


def _open_call(code: RustCode, out: list[str], index: int) -> None:
    opening, end = index + 1, code.partner[index + 1]
    start = index - 1
    while code.at(start - 1) == "::":
        start -= 2 if is_word(code.at(start - 2)) else 1
    alone = _stands_alone(code, start)
    braced = code.tokens[opening] == "{"
    parts = _parts(code, opening)
    live = [code.is_live(part.indices) for part in parts]
    if not any(live):
        _blank(out, start if alone and (braced or code.at(end + 1) == ";") else index, end + 1)
        if out[index - 1]:
            out[index - 1] += "_"
    elif not any(code.at(part.end) in (",", "=>") for part in parts):
        _blank(out, start, opening)
        out[opening], out[end] = ("", ";" if braced else "") if alone else ("({", "})")
    elif code.tokens[index - 1].endswith("matches") and _is_match(code, parts):
        _blank(out, start, opening)
        out[opening], out[parts[0].end], out[end] = "(match (", ") {", "=> 0, _ => 0})"
        _blank(out, parts[1].end, end)
    else:
        out[index - 1], out[index] = f"{code.tokens[index - 1]}_", ""
        out[opening], out[end] = "(", ");" if braced and alone else ")"
        for part, is_live in zip(parts, live, strict=True):
            if part.indices and not is_live:
                _blank(out, part.indices[0], part.end)
                out[part.indices[0]] = "0"
            if part.end < end:
                out[part.end] = "," if part.indices else ""


def _stands_alone(code: RustCode, start: int) -> bool:
    """Whether a statement or an item starts here."""
    before = code.at(start - 1)
    attribute = before == "]" and code.at(code.partner[start - 1] - 1) in ("#", "!")
    return before in ("", ";", "{", "}") or attribute


@dataclass(frozen=True)
class _Part:
    """What is between two separators; ``end`` is the index of the second."""

    indices: list[int]
    end: int


def _parts(code: RustCode, opening: int) -> list[_Part]:
    parts: list[_Part] = []
    indices: list[int] = []
    for index in code.inside(opening):
        if code.tokens[index] in _SEPARATORS:
            parts.append(_Part(indices, index))
            indices = []
        else:
            indices.append(index)
    return [*parts, _Part(indices, code.partner[opening])]


def _is_match(code: RustCode, parts: Sequence[_Part]) -> bool:
    """Whether these are a value and a pattern, in which only names in capitals stand before brackets."""
    if len(parts) != 2 + (not parts[-1].indices) or not parts[0].indices:
        return False
    pattern: list[str] = []
    for index in range(parts[0].end + 1, parts[1].end):
        token = code.tokens[index]
        if token == "if" and index in parts[1].indices:
            break
        if token in (".", "!", "unsafe") or (code.at(index + 1) == "(" and token[:1].islower()):
            return False
        pattern.append(token)
    return bool(pattern)


def _blank(out: list[str], start: int, end: int) -> None:
    """Leave nothing of some tokens but their line ends."""
    for index in range(start, end):
        out[index] = "\n" * out[index].count("\n")
