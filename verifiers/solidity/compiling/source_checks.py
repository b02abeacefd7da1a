"""What can be said of a source before a compiler sees it: what it is instead, what it hides. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from verifiers.domain import Finding, Location, Severity
from verifiers.solidity.compiling.project import Project

# Unicode's explicit directional formatting characters (UAX #9, section 2), with which text can be shown in
# another order than the compiler reads it.
_DIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_VYPER = re.compile(
    r"^#\s*(?:@version|pragma version)\b|^@(?:external|internal|view|payable|deploy)\s*$", re.MULTILINE
)
_BYTECODE = re.compile(r"\s*(?:0x)?(?:[0-9a-fA-F]{2}){10,}\s*")
# What every Solidity file that is worth compiling has somewhere, broken as it may be; at the beginning of a
# line or behind another declaration, since letters speak of contracts, too.
_SOLIDITY = re.compile(
    r"(?:^|[;{}/])[ \t]*(?:(?:abstract[ \t]+)?(?:contract|interface|library|struct|enum)[ \t]+[A-Za-z_$]"
    r"|pragma[ \t]+\w|import[ \t]*[\"'{*]|function[ \t]+[\w$]+[ \t]*\()",
    re.MULTILINE,
)
_MAX_PLACES = 20


def foreign(project: Project) -> Finding | None:
    """The finding on a project that is written in something else than Solidity."""
    vyper = [path for path in project.ignored if path.endswith((".vy", ".vyi"))]
    vyper += [
        path for path, text in project.sources.items() if _VYPER.search(text) and "contract" not in text
    ]
    if vyper and project.sources.keys() <= set(vyper):
        return _instead("solidity.vyper", vyper[0], "This is Vyper", "Give the contract in Solidity.")
    code = [path for path, text in project.sources.items() if _BYTECODE.fullmatch(text)]
    if not project.sources:
        code = [path for path in project.ignored if path.endswith((".bin", ".hex", ".evm"))]
    if code:
        fix = "Give the source: what is judged is what somebody can read and mend."
        return _instead("solidity.bytecode", code[0], "This is bytecode", fix)
    written = [path for path, text in project.sources.items() if text.strip()]
    if written and not any(_SOLIDITY.search(project.sources[path]) for path in written):
        fix = "Give Solidity: a file with a contract, and a pragma that names its compilers."
        return _instead("solidity.something-else", written[0], "This is text", fix)
    return None


def hidden(sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """Findings on characters that show the code in another order than it runs (SWC-130, "Trojan Source")."""
    found: list[Finding] = []
    for path, text in sources.items():
        for match in _DIRECTIONAL.finditer(text):
            if len(found) == _MAX_PLACES:
                return tuple(found)
            before = text[: match.start()]
            found.append(
                Finding(
                    rule="solidity.hidden-order",
                    message=f"The character U+{ord(match.group()):04X} changes the direction of the text, "
                    "so that a reader sees other code than the compiler.",
                    fix="Take the character out.",
                    severity=Severity.HIGH,
                    cwe="CWE-1007",
                    swc="SWC-130",
                    location=Location(
                        path=path,
                        line=before.count("\n") + 1,
                        column=match.start() - before.rfind("\n"),
                    ),
                )
            )
    return tuple(found)


def _instead(rule: str, path: str, what: str, fix: str) -> Finding:
    return Finding(
        rule=rule,
        message=f"{what}, not Solidity.",
        fix=fix,
        severity=Severity.HIGH,
        location=Location(path=path, line=1),
    )
