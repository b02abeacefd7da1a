"""The row of JavaScript and TypeScript in the table of languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from verifiers.domain import Finding, Language, Location, Severity
from verifiers.execution.languages.javascript.plan import build, expected, plan
from verifiers.execution.languages.javascript.syntax import SUFFIXES
from verifiers.execution.languages.language import LanguageSupport
from verifiers.sandbox.environments import JAVASCRIPT, Bind, Environment

TOOLS_FOLDER = f"/opt/acrisol/{JAVASCRIPT}"
_ERROR = re.compile(r"^(?P<path>.+?):(?P<line>\d+): error: (?P<message>.+)$", re.MULTILINE)

_UNCAUGHT = re.compile(
    r"^(?:file://)?/work/(?P<path>[^\n:]{1,200}):(?P<line>\d{1,9})\n[^\n]*\n[ ~^]*\^[ ~^]*\n\n"
    r"(?P<message>[^\n]+)$",
    re.MULTILINE,
)


def toolchain(tools: Path) -> Environment | None:
    """Node and the packages that tests commonly need, as ``scripts/languages/javascript`` installs them.

    Args:
        tools: The folder that ``scripts/install-languages`` fills.
    """
    folder = tools / JAVASCRIPT
    if not (folder / "bin" / "node").exists():
        return None
    return Environment(
        name=JAVASCRIPT,
        image="acrisol/javascript:1",
        binds=(Bind(source=folder.resolve(), target=TOOLS_FOLDER),),
        path=(f"{TOOLS_FOLDER}/bin",),
        variables={"NODE_PATH": f"{TOOLS_FOLDER}/node_modules"},
    )


def compiler_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """Syntax errors with their lines.

    Args:
        said: What the check of the sources wrote: ``path:line: error: message`` lines.
        paths: Files of the candidate's; others are left out.
    """
    return tuple(
        Finding(
            rule="does-not-compile",
            message=found["message"],
            severity=Severity.HIGH,
            location=Location(path=found["path"], line=max(int(found["line"]), 1)),
            fix="Correct the syntax.",
        )
        for found in _ERROR.finditer(said)
        if found["path"] in paths
    )


def run_findings(said: str, paths: Sequence[str]) -> tuple[Finding, ...]:
    """The error that ended the candidate's process, with its line.

    Args:
        said: What the process wrote to its stderr; the candidate may have made it up.
        paths: Files of the candidate's; others are left out.
    """
    return tuple(
        Finding(
            rule="uncaught-error",
            message=f"nobody caught: {found['message'][:500]}",
            severity=Severity.LOW,
            location=Location(path=found["path"], line=max(int(found["line"]), 1)),
        )
        for found in _UNCAUGHT.finditer(said)
        if found["path"] in paths
    )


SUPPORT = LanguageSupport(
    languages=(Language.JAVASCRIPT, Language.TYPESCRIPT),
    suffixes=SUFFIXES,
    environment=JAVASCRIPT,
    version_command=("node", "--version"),
    toolchain=toolchain,
    expected=expected,
    plan=plan,
    build=build,
    compiler_findings=compiler_findings,
    run_findings=run_findings,
)
