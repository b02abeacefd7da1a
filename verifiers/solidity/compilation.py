"""One compilation for all that judge a contract: made once, kept by what went in.

Every tool after the compiler (tests, static analysis, symbolic execution, attacks) starts from the standard
JSON output that lies here, so that nobody compiles the same text twice and all speak of the same code.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from verifiers.domain import Finding, Severity, Status, Verdict
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.compiler_output import Compiled, load, parse
from verifiers.solidity.pragma import Version, parse_version, select
from verifiers.solidity.project import Project
from verifiers.solidity.solc import Stopped, run_solc, standard_input
from verifiers.solidity.toolchain import Compiler, SolidityToolchain

# The newest instruction set that Mythril 0.24.8 executes; later compilers choose a later one by themselves.
ANALYSIS_EVM = "shanghai"
_FIRST_WITH_LATER_EVM = Version(0, 8, 20)
_OUTPUTS = [
    "abi",
    "metadata",
    "evm.bytecode",
    "evm.deployedBytecode",
    "evm.methodIdentifiers",
    "storageLayout",
]
_MOST_KEPT = 64


class Profile(StrEnum):
    """What is compiled for."""

    DEPLOYED = "deployed"  # with the optimizer, as contracts go onto a chain
    ANALYSED = "analysed"  # without it, for an instruction set that symbolic execution knows


@dataclass(frozen=True)
class Compilation:
    """What the compiler made of a project.

    Attributes:
        project: What was compiled.
        profile: What for.
        compiler: By which compiler.
        output: Its standard JSON output: ``contracts`` (abi, bytecode, source maps, storage layout) and
            ``sources`` (syntax trees).
        compiled: The same, read: contracts, warnings and errors.
        isolation: Where it ran.
    """

    project: Project
    profile: Profile
    compiler: Compiler
    output: Mapping[str, Any]
    compiled: Compiled
    isolation: str

    @property
    def evidence(self) -> dict[str, JsonValue]:
        """What a verdict that rests on it says of it."""
        return {
            "compiler": self.compiler.version,
            "profile": self.profile.value,
            "isolation": self.isolation,
        }


@dataclass(frozen=True)
class NotCompiled:
    """Why there is nothing to go on with.

    Attributes:
        status: ``failed`` where it is the source's fault, ``incomplete`` where a limit ended the compiler,
            ``error`` where it broke on this source.
        summary: One line for a person.
        findings: The compiler's words, where there are any.
        evidence: What it rests on.
        tool: The compiler, where one was chosen.
    """

    status: Status
    summary: str
    findings: tuple[Finding, ...] = ()
    evidence: dict[str, JsonValue] = field(default_factory=dict)
    tool: str = ""

    def verdict(self, verifier: str, *, before: str = "") -> Verdict:
        """The verdict of a verifier that got no further; ``before`` says what did not come about."""
        return Verdict(
            verifier=verifier,
            status=self.status,
            summary=f"{before}{self.summary}",
            findings=self.findings,
            evidence=self.evidence,
            tool=self.tool,
        )


class Compilations:
    """Compiles projects, each once. Safe to call from several threads.

    Args:
        sandbox: Where the compiler runs.
        toolchain: The compilers that there are.
    """

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain
        self._kept: OrderedDict[str, Compilation | NotCompiled] = OrderedDict()
        self._lock = threading.Lock()

    def compile(
        self, project: Project, seconds: float, profile: Profile = Profile.DEPLOYED
    ) -> Compilation | NotCompiled:
        """Compile with the newest compiler that the pragmas allow, or give what that gave before.

        Args:
            project: What to compile.
            seconds: Wall-clock limit.
            profile: What for.

        Raises:
            ToolMissing: no compiler is installed.
            ToolFailed: it could not be run, or its answer cannot be read.
            SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
        """
        key = hashlib.sha256(f"{profile}\0{project.digest}".encode()).hexdigest()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = self._compile(project, seconds, profile)
        if isinstance(made, Compilation) or made.status is Status.FAILED:
            with self._lock:
                self._kept[key] = made
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
        return made

    def _compile(self, project: Project, seconds: float, profile: Profile) -> Compilation | NotCompiled:
        self._toolchain.require_compilers()
        if not project.sources:
            return _no_sources()
        selection = select(dict(project.sources), self._toolchain.versions)
        pragmas: JsonValue = list(selection.pragmas)
        if selection.version is None:
            return NotCompiled(
                Status.FAILED, selection.findings[0].message, selection.findings, {"pragmas": pragmas}
            )
        compiler = self._toolchain.compiler(selection.version)
        request = standard_input(project.files, settings(profile, compiler.version))
        answer = run_solc(self._sandbox, compiler, request, seconds)
        evidence: dict[str, JsonValue] = {
            "compiler": compiler.version,
            "pragmas": pragmas,
            "isolation": answer.isolation,
        }
        if isinstance(answer, Stopped):
            return NotCompiled(answer.status, f"{answer.reason}.", (), evidence, tool_of(compiler))
        compiled = parse(answer.text, project.files)
        compiled = compiled.model_copy(update={"findings": (*compiled.findings, *selection.findings)})
        if compiled.failed:
            return NotCompiled(
                Status.FAILED,
                said(compiler, compiled.findings),
                compiled.findings,
                evidence,
                tool_of(compiler),
            )
        return Compilation(project, profile, compiler, load(answer.text), compiled, answer.isolation)


def settings(profile: Profile, version: str) -> dict[str, Any]:
    """The compiler's settings for a profile."""
    made: dict[str, Any] = {
        "optimizer": {"enabled": profile is Profile.DEPLOYED, "runs": 200},
        "outputSelection": {"*": {"": ["ast"], "*": _OUTPUTS}},
    }
    later = (parse_version(version) or _FIRST_WITH_LATER_EVM) >= _FIRST_WITH_LATER_EVM
    if profile is Profile.ANALYSED and later:
        made["evmVersion"] = ANALYSIS_EVM
    return made


def tool_of(compiler: Compiler) -> str:
    """A compiler as a verdict's ``tool``."""
    return f"solc {compiler.version} ({'native' if compiler.native else 'packaged'})"


def said(compiler: Compiler, findings: tuple[Finding, ...]) -> str:
    """The first thing that the compiler holds against a source, in one line."""
    first = findings[0]
    where = f"{first.location.path}:{first.location.line}: " if first.location else ""
    return f"solc {compiler.version}: {where}{first.message[:200]}"


def _no_sources() -> NotCompiled:
    finding = Finding(
        rule="solidity.no-source",
        message="There is no file whose name ends in .sol.",
        fix="Give the contract as one Solidity file.",
        severity=Severity.HIGH,
    )
    return NotCompiled(Status.FAILED, finding.message, (finding,))
