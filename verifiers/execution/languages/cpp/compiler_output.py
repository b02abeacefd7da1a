"""What compilers, linkers and sanitizers say, as findings with lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from verifiers.domain import Finding, Location, Severity

_SAID = re.compile(
    r"^(?P<path>[^\s:][^:\n]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
    r"(?P<kind>fatal error|error|warning): (?P<message>.*?)(?: \[(?P<flag>-W[^\]]*)\])?$",
    re.M,
)
_UNDEFINED = re.compile(r"undefined reference to [`'](?P<name>[^']*)'")
_TWICE = re.compile(r"multiple definition of [`'](?P<name>[^']*)'")
_UNDEFINED_BEHAVIOUR = re.compile(
    r"^(?P<path>[^\s:][^:\n]*):(?P<line>\d+):\d+: runtime error: (?P<message>.*)$", re.M
)
_SANITIZER = re.compile(
    r"^==\d+==ERROR: AddressSanitizer: (?P<kind>[\w-]+)(?P<rest>[^\n]*)\n"
    r"(?P<stack>.*?)(?=^==\d+==ABORTING|\Z)",
    re.M | re.S,
)
_FRAME = re.compile(r"^\s*#\d+ .*?(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?\s*$", re.M)
_CWE = {
    "heap-buffer-overflow": "CWE-122",
    "stack-buffer-overflow": "CWE-121",
    "stack-buffer-underflow": "CWE-124",
    "global-buffer-overflow": "CWE-787",
    "heap-use-after-free": "CWE-416",
    "stack-use-after-scope": "CWE-562",
    "attempting": "CWE-415",
    "SEGV": "CWE-476",
    "stack-overflow": "CWE-674",
}
_MOST_CHARS = 500


def _own(path: str, paths: Sequence[str]) -> str | None:
    """The candidate's (or the tests') path in a compiler's; None for somebody else's file."""
    plain = path.removeprefix("./").removeprefix("/work/").removeprefix("candidate/")
    return plain if plain in paths else None


def compiler_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Errors and warnings in files of ``paths``, and what the linker misses."""
    return (*_from_compiler(said, paths), *_from_linker(said))


def _from_compiler(said: str, paths: Sequence[str]) -> Iterator[Finding]:
    for match in _SAID.finditer(said):
        path = _own(match["path"], paths)
        if path is None:
            continue
        error = match["kind"] != "warning"
        yield Finding(
            rule="compile-error" if error else f"gcc{match['flag'] or '-warning'}",
            message=match["message"][:_MOST_CHARS],
            severity=Severity.HIGH if error else Severity.LOW,
            location=Location(path=path, line=int(match["line"])),
        )


def _from_linker(said: str) -> Iterator[Finding]:
    for name in dict.fromkeys(match["name"] for match in _UNDEFINED.finditer(said)):
        yield Finding(
            rule="undefined-reference",
            message=f"{name} is declared or called but defined nowhere"[:_MOST_CHARS],
            severity=Severity.HIGH,
            fix=f"Define {name}."[:_MOST_CHARS],
        )
    for name in dict.fromkeys(match["name"] for match in _TWICE.finditer(said)):
        yield Finding(
            rule="multiple-definition",
            message=f"{name} is defined more than once"[:_MOST_CHARS],
            severity=Severity.HIGH,
        )


def run_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Reports of the sanitizers, at the candidate's own lines.

    The candidate writes to the same stream, so these are remarks about it and decide nothing.
    """
    found: list[Finding] = []
    for match in _UNDEFINED_BEHAVIOUR.finditer(said):
        path = _own(match["path"], paths)
        if path is not None:
            found.append(
                Finding(
                    rule="sanitizer.undefined-behaviour",
                    message=match["message"][:_MOST_CHARS],
                    severity=Severity.MEDIUM,
                    cwe="CWE-190" if "overflow" in match["message"] else "CWE-758",
                    location=Location(path=path, line=int(match["line"])),
                )
            )
    for match in _SANITIZER.finditer(said):
        kind = match["kind"]
        found.append(
            Finding(
                rule=f"sanitizer.{'double-free' if kind == 'attempting' else kind}",
                message=f"{kind}{match['rest']}"[:_MOST_CHARS],
                severity=Severity.HIGH,
                cwe=_CWE.get(kind),
                location=_first_own_frame(match["stack"], paths),
            )
        )
    return tuple(found)


def _first_own_frame(stack: str, paths: Sequence[str]) -> Location | None:
    for frame in _FRAME.finditer(stack):
        path = _own(frame["path"], paths)
        if path is not None:
            return Location(path=path, line=int(frame["line"]))
    return None
