"""Where a text holds somebody's address, number or name; made for code, where most that looks so is none."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from models.data.filters.tables import read_table

Kind = Literal["email", "ip", "phone", "name"]

# Every expression is bounded and begins with something rare, so that no text takes it long.
_EMAIL = re.compile(
    r"(?<=@)(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}(?P<top>[A-Za-z]{2,18}))(?![\w@-]|\.\w|\()"
)
_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.+-]{0,63})@$")
_LONGEST_LOCAL = 65
_IPV4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\w)")
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}(?![\w:])")
_VERSION = re.compile(
    r"(?:versions?|ver|v|release[sd]?|since|rev(?:ision)?|build|oid|section|chapter|rfc|assembly\w*|agent|sdk|[<>~^=!]=|[~^]|/)"
    r"[\s\"'(:=@]{0,6}$",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w+.)\]])\+[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?(?:[ .-]\d{2,7}){1,4}(?![\w.-])"
    r"|(?<![\w(])\(\d{3}\) ?\d{3}[-. ]\d{4}(?!\w)"
    r"|(?i:(?<=tel)|(?<=phone)|(?<=mobile)|(?<=fax))(?:[.:]| number| no)?"
    r"[\s:.\"'=]{1,4}(?P<number>\d[\d -]{5,16}\d)(?!\w)"
)
_WORD = r"(?!(?:and|or|the|at|in|on|for)\b)[^\W\d_][\w.'\u2019-]{0,30}"
_NAME = _WORD + r"(?:[ \t]+(?:de|van|von|der|da|di|la|le|bin|al)\b|[ \t]+" + _WORD + "){1,4}"
_COPYRIGHT = re.compile(
    r"(?:copyright|\(c\)|©)(?:[ \t,:©-]|\(c\)|copyright|\d{4}|present|by){1,20}(?P<name>" + _NAME + ")",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"(?:@author[ \t:]{1,5}|\b(?:authors?|maintainers?|(?:written|created|contributed|modified|developed) by)"
    r"[ \t]{0,4}[:=]?[ \t]{1,4}|__(?:author|maintainer)__[ \t]{0,4}=[ \t]{0,4}[\"'])(?P<name>" + _NAME + ")",
    re.IGNORECASE,
)
_NEXT_NAME = re.compile(r"(?:,|[ \t]+and\b|[ \t]*&)[ \t]+(?P<name>" + _NAME + ")")
_MOST_NAMES = 20


class Found(NamedTuple):
    """Somebody's data in a text."""

    start: int
    end: int
    kind: Kind


def personal_data(text: str, kinds: frozenset[str]) -> list[Found]:
    """Where they stand, in order, none overlapping another.

    Args:
        text: Hostile.
        kinds: Which are looked for.
    """
    found: list[Found] = []
    if "email" in kinds:
        found += _emails(text)
    if "ip" in kinds:
        found += _addresses(text)
    if "phone" in kinds:
        found += _phones(text)
    if "name" in kinds:
        found += _people(text)
    kept: list[Found] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _emails(text: str) -> Iterator[Found]:
    for found in _EMAIL.finditer(text):
        local = _LOCAL.search(text[max(0, found.start() - _LONGEST_LOCAL) : found.start()])
        if local is None:
            continue
        start = found.start() - len(local[0])
        name, domain, top = local[0][:-1].lower(), found["domain"].lower(), found["top"].lower()
        before = text[max(0, start - 3) : start]
        after = text[found.end() : found.end() + 2]
        if before.endswith(("://", "/", ":", "\\")) and not before.endswith(("o:", ": ", ":\\")):
            continue  # a user in a URL, `mailto:` but for
        if after[:1] in (":", "/") and after[1:2].strip():
            continue  # git@host:path and the like
        if not _is_top(top) or name.split("+")[0] in _words("roles") or domain in _words("domains"):
            continue
        if domain.endswith((".example", ".test", ".invalid", ".local", ".example.com", ".example.org")):
            continue
        yield Found(start, found.end(), "email")


def _is_top(top: str) -> bool:
    return top in _words("top_domains") or (len(top) == 2 and top not in _words("no_top_domains"))


def _addresses(text: str) -> Iterator[Found]:
    for found in _IPV4.finditer(text):
        parts = [int(part) for part in found[0].split(".")]
        # 1.2.3.4 is a version or a section far more often than a machine's address.
        if (
            max(parts) > 255
            or max(parts) < 32
            or any(part.startswith("0") and part != "0" for part in found[0].split("."))
        ):
            continue
        if parts[3] in (0, 255):  # a network
            continue
        if (
            not ipaddress.IPv4Address(found[0]).is_global
            or parts[0] >= 224
            or found[0] in _words("addresses_of_all")
        ):
            continue
        if not _VERSION.search(text[max(0, found.start() - 24) : found.start()]):
            yield Found(found.start(), found.end(), "ip")
    for found in _IPV6.finditer(text):
        try:
            address = ipaddress.IPv6Address(found[0])
        except ValueError:
            continue
        # Fewer parts are a network, or a sample that somebody made up.
        if address.is_global and sum(part != "0000" for part in address.exploded.split(":")) > 3:
            yield Found(found.start(), found.end(), "ip")


def _phones(text: str) -> Iterator[Found]:
    for found in _PHONE.finditer(text):
        group = "number" if found["number"] else 0
        digits = re.sub(r"\D", "", found[group])
        if (
            7 <= len(digits) <= 15
            and len(set(digits)) > 2
            and not re.search(r"555-?\s?01\d\d$|555\d{4}$|1234567", found[group])
        ):
            yield Found(found.start(group), found.end(group), "phone")


def _people(text: str) -> Iterator[Found]:
    for pattern in (_COPYRIGHT, _AUTHOR):
        for found in pattern.finditer(text):
            yield from _named(text, found.start("name"), found["name"])


def _named(text: str, start: int, name: str) -> Iterator[Found]:
    """A name, and those listed behind it."""
    for _ in range(_MOST_NAMES):
        words = re.findall(r"[\w.]+", name.lower())
        if not name[:1].isupper() or _words("organisations") & {word.rstrip(".") for word in words}:
            return
        if not all(word[:1].isupper() or len(word) <= 3 for word in re.findall(r"[^\W\d_][\w.]*", name)):
            return
        end = start + len(name.rstrip(" .'-"))
        yield Found(start, end, "name")
        following = _NEXT_NAME.match(text, end)
        if following is None:
            return
        start, name = following.start("name"), following["name"]


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(map(str, read_table("personal.yaml")[name]))
