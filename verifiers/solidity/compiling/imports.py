"""What a Solidity file imports, and which name an import stands for, as solc reads both. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# Comments and strings; every alternative also matches where the text ends too early (see pragma.py).
_TOKEN = re.compile(
    r"""//[^\n\r]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|\bimport\b|;""",
    re.DOTALL,
)
_REMAPPING = re.compile(r"(?:([^=:\s][^=:]*)?:)?([^=:\s][^=:]*)=([^=:\s][^=:]*)")
_MAX_IMPORTS = 2000
_MAX_REMAPPINGS = 200


class Import(NamedTuple):
    """One import.

    Attributes:
        path: The file it stands in.
        line: Its line there, from 1.
        target: What is imported, as written.
    """

    path: str
    line: int
    target: str


class Remapping(NamedTuple):
    """``context:prefix=target``: what begins with the prefix, in files of the context, lies at the target."""

    context: str
    prefix: str
    target: str

    def __str__(self) -> str:
        plain = f"{self.prefix}={self.target}"
        return f"{self.context}:{plain}" if self.context else plain


def find_imports(path: str, source: str) -> tuple[Import, ...]:
    """The imports of one file, in order; what stands in comments and in other strings is none.

    Only the first thousands of them are returned, so that hostile text costs linear time and little memory.
    """
    if "import" not in source:
        return ()
    found: list[Import] = []
    expected, line, last = False, 1, 0
    for match in _TOKEN.finditer(source):
        token = match.group()
        if token == "import":
            expected = True
        elif token == ";":
            expected = False
        elif expected and token[0] in "\"'":
            line += source.count("\n", last, match.start())
            last = match.start()
            found.append(Import(path, line, token[1:].removesuffix(token[0])))
            expected = False
            if len(found) == _MAX_IMPORTS:
                break
    return tuple(found)


def is_relative(target: str) -> bool:
    """Whether an import is relative to the file that it stands in."""
    return target.startswith(("./", "../"))


def absolute(target: str, importer: str) -> str | None:
    """The name of the file that an import means, before remappings; None if it leads out of the project."""
    if not is_relative(target):
        return target
    parts = importer.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def remap(name: str, importer: str, remappings: Iterable[Remapping]) -> str:
    """Apply the remapping with the longest context and then the longest prefix; of equals the last."""
    best: Remapping | None = None
    for entry in remappings:
        if not (name.startswith(entry.prefix) and importer.startswith(entry.context)):
            continue
        if best is None or (len(entry.context), len(entry.prefix)) >= (len(best.context), len(best.prefix)):
            best = entry
    return best.target + name[len(best.prefix) :] if best else name


def parse_remappings(lines: Iterable[str]) -> tuple[Remapping, ...]:
    """Read lines as ``remappings.txt`` has them; what is no remapping is passed over."""
    found = []
    for line in lines:
        match = _REMAPPING.fullmatch(line.strip())
        if match:
            context, prefix, target = match.groups()
            found.append(Remapping(context or "", prefix, target))
    return tuple(found[:_MAX_REMAPPINGS])
