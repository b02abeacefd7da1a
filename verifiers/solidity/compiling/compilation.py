"""One compilation for all that judge a contract: made once, kept by what went in.

Every tool after the compiler (tests, static analysis, symbolic execution, attacks) starts from the standard
JSON output that lies here, so that nobody compiles the same text twice and all speak of the same code.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from verifiers.domain import Finding, Severity, Status, Verdict, digest
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.compiling.compiler_output import Compiled, load, parse
from verifiers.solidity.compiling.packages import Packages
from verifiers.solidity.compiling.pragma import Version, parse_version
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.compiling.resolution import Option, resolve
from verifiers.solidity.compiling.solc import Stopped, run_solc, standard_input
from verifiers.solidity.compiling.source_checks import foreign, hidden
from verifiers.solidity.kept import Kept
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
_OUTPUTS_TO_RUN = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"]
_OUTPUTS_OF_LIBRARIES = ["abi", "evm.methodIdentifiers"]  # no code is made for them: that takes time
_NO_CODE = {"object": "", "sourceMap": "", "linkReferences": {}, "opcodes": ""}
_MOST_KEPT_BYTES = 64 * 2**20
_SIZE_OF_WORDS = 2**16  # of what does not compile: at most so many findings of at most so many letters
_BROKE = ("solc.InternalCompilerError", "solc.Exception", "solc.FatalError")  # what it says of itself
_MOST_OPTIONS = 2  # releases of the packages that are tried, where the first does not compile


class Profile(StrEnum):
    """What is compiled for."""

    DEPLOYED = "deployed"  # with the optimizer, as contracts go onto a chain
    ANALYSED = "analysed"  # without it, for an instruction set that symbolic execution knows
    RUN = "run"  # the same, and no more than it takes to run it: made and read in half the time


@dataclass(frozen=True)
class Compilation:
    """What the compiler made of a project.

    Attributes:
        project: What was compiled, with all library files that it imports.
        profile: What for.
        compiler: By which compiler.
        output: Its standard JSON output: ``contracts`` (abi, bytecode, source maps, storage layout) and
            ``sources`` (syntax trees). Contracts of library files have an interface and no code.
        compiled: The same, read: the project's own contracts, warnings and errors.
        isolation: Where it ran.
        packages: Those that library files come from, as ``@openzeppelin/contracts 5.4.0``.
    """

    project: Project
    profile: Profile
    compiler: Compiler
    output: Mapping[str, Any]
    compiled: Compiled
    isolation: str
    packages: tuple[str, ...] = ()

    @property
    def evidence(self) -> dict[str, JsonValue]:
        """What a verdict that rests on it says of it."""
        return {
            "compiler": self.compiler.version,
            "profile": self.profile.value,
            "packages": list(self.packages),
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


@dataclass(frozen=True)
class _Whole:
    """A compilation as it is kept, without its output: that is unpacked anew for whoever asks.

    So nobody who gets it can change what the next one gets.
    """

    made: Compilation
    packed: bytes

    def unpacked(self) -> Compilation:
        text = zlib.decompress(self.packed).decode()
        return replace(self.made, output=_with_every_field(load(text), self.made.project))

    @property
    def size(self) -> int:
        return len(self.packed) + sum(map(len, self.made.project.files.values()))


class Compilations:
    """Compiles projects, each once. Safe to call from several threads.

    Args:
        sandbox: Where the compiler runs.
        toolchain: The compilers that there are.
    """

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain
        self._packages = Packages(folder=toolchain.packages)
        self._kept: Kept[_Whole | NotCompiled] = Kept(_MOST_KEPT_BYTES)

    def compile(
        self, project: Project, seconds: float, profile: Profile = Profile.DEPLOYED
    ) -> Compilation | NotCompiled:
        """Find what a project imports and compile all of it with the newest compiler that the pragmas allow.

        What was compiled before is not compiled again. Only what the compiler said to the end is kept for
        that, by all that goes in: the profile and every file, as tools and packages are the same for as long
        as this lives.

        Args:
            project: What to compile. Its libraries win over those of the packages.
            seconds: Wall-clock limit.
            profile: What for.

        Raises:
            ToolMissing: no compiler is installed, or not the package that is imported.
            ToolFailed: it could not be run, or its answer cannot be read.
            SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
        """
        key = f"{profile} {project.digest} {digest(json.dumps(project.ignored))}"
        kept = self._kept.get(key)
        if kept is not None:
            return kept.unpacked() if isinstance(kept, _Whole) else kept
        made = self._compile(project, seconds, profile)
        if isinstance(made, _Whole):
            self._kept.put(key, made, made.size)
            return made.unpacked()
        if made.status is Status.FAILED:
            self._kept.put(key, made, _SIZE_OF_WORDS)
        return made

    def _compile(self, project: Project, seconds: float, profile: Profile) -> _Whole | NotCompiled:
        deadline = time.monotonic() + seconds
        self._toolchain.require_compilers()
        instead = foreign(project)
        if instead or not project.sources:
            return _refused(instead or _NO_SOURCE)
        resolution = resolve(project, self._toolchain.versions, self._packages)
        pragmas: JsonValue = list(resolution.pragmas)
        if not resolution.options:
            findings = (*resolution.findings, *hidden(project.sources))
            return NotCompiled(Status.FAILED, _first(findings), findings, {"pragmas": pragmas})
        first: NotCompiled | None = None
        for option in resolution.options[:_MOST_OPTIONS]:
            made = self._compile_option(option, deadline - time.monotonic(), profile, pragmas)
            if isinstance(made, _Whole) or made.status is not Status.FAILED:
                return made  # where it was cut short, it is not known whether this one compiles
            first = first or made
        return first or _refused(_NO_SOURCE)

    def _compile_option(
        self, option: Option, seconds: float, profile: Profile, pragmas: JsonValue
    ) -> _Whole | NotCompiled:
        compiler, project = self._toolchain.compiler(option.version), option.project
        asked = {**settings(profile, compiler.version), **_asked_of(project, profile)}
        answer = run_solc(self._sandbox, compiler, standard_input(project.files, asked), seconds)
        evidence: dict[str, JsonValue] = {
            "compiler": compiler.version,
            "pragmas": pragmas,
            "packages": list(option.packages),
            "isolation": answer.isolation,
        }
        if isinstance(answer, Stopped):
            return NotCompiled(answer.status, f"{answer.reason}.", (), evidence, tool_of(compiler))
        compiled = parse(answer.text, project.sources, project.libraries)
        notes = (*hidden(project.sources), *option.notes)
        findings = sorted((*compiled.findings, *notes), key=lambda item: -item.severity.rank)
        compiled = compiled.model_copy(update={"findings": tuple(findings)})
        if compiled.failed:
            words = said(compiler, compiled.findings)
            if compiled.findings[0].rule in _BROKE:
                return NotCompiled(
                    Status.ERROR,
                    f"{words} (the compiler broke on this source)",
                    (),
                    evidence,
                    tool_of(compiler),
                )
            return NotCompiled(Status.FAILED, words, compiled.findings, evidence, tool_of(compiler))
        made = Compilation(project, profile, compiler, {}, compiled, answer.isolation, option.packages)
        return _Whole(made, zlib.compress(answer.text.encode(), 1))


def _asked_of(project: Project, profile: Profile = Profile.DEPLOYED) -> dict[str, Any]:
    """What is to be made of which file, and the remappings."""
    if profile is Profile.RUN:
        made = {path: {"*": _OUTPUTS_TO_RUN} for path in project.sources}
        return {"outputSelection": made, "remappings": list(project.remappings)}
    selected: dict[str, Any] = {"*": {"": ["ast"], "*": _OUTPUTS_OF_LIBRARIES}}
    selected |= {path: {"": ["ast"], "*": _OUTPUTS} for path in project.sources}
    return {"outputSelection": selected, "remappings": list(project.remappings)}


def _with_every_field(output: dict[str, Any], project: Project) -> dict[str, Any]:
    """The output with empty code for the contracts of libraries, because tools insist on the fields."""
    for path, contracts in output.get("contracts", {}).items():
        for contract in contracts.values() if path not in project.sources else ():
            evm = contract.setdefault("evm", {})
            evm.setdefault("bytecode", dict(_NO_CODE))
            evm.setdefault("deployedBytecode", dict(_NO_CODE))
    return output


def settings(profile: Profile, version: str) -> dict[str, Any]:
    """The compiler's settings for a profile."""
    made: dict[str, Any] = {
        "optimizer": {"enabled": profile is Profile.DEPLOYED, "runs": 200},
    }
    later = (parse_version(version) or _FIRST_WITH_LATER_EVM) >= _FIRST_WITH_LATER_EVM
    if profile is not Profile.DEPLOYED and later:
        made["evmVersion"] = ANALYSIS_EVM
    return made


def tool_of(compiler: Compiler) -> str:
    """A compiler as a verdict's ``tool``."""
    return f"solc {compiler.version} ({'native' if compiler.native else 'packaged'})"


def said(compiler: Compiler, findings: tuple[Finding, ...]) -> str:
    """The first thing that the compiler holds against a source, in one line."""
    return f"solc {compiler.version}: {_first(findings)[:300]}"


_NO_SOURCE = Finding(
    rule="solidity.no-source",
    message="There is no file whose name ends in .sol.",
    fix="Give the contract as one Solidity file.",
    severity=Severity.HIGH,
)


def _refused(finding: Finding) -> NotCompiled:
    return NotCompiled(Status.FAILED, finding.message, (finding,))


def _first(findings: tuple[Finding, ...]) -> str:
    place = findings[0].location
    return f"{f'{place.path}:{place.line}: ' if place else ''}{findings[0].message}"
