"""A compiler's standard JSON output as findings and contracts. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from verifiers.domain import Finding, Location, Severity, Value
from verifiers.errors import ToolFailed
from verifiers.solidity.toolchain import INSTALL_HINT

MAX_CODE_BYTES = 24_576  # EIP-170
MAX_FINDINGS = 50
_MAX_MESSAGE = 600
_MAX_QUOTED = 60
_LIBRARY_FIX = "Use the library as this release of it asks for, or another compiler."

_SIZE_WARNINGS = ("5574", "3860")  # solc's own words on code and init-code size; the first is ours to say
_STYLE_WARNINGS = ("1878", "3420")  # no SPDX identifier, no pragma


class Contract(Value):
    """One contract as compiled.

    Attributes:
        path: Its file.
        name: Its name.
        kind: ``contract``, ``abstract``, ``interface`` or ``library``.
        code_bytes: Size of the deployed code; 0 where nothing can be deployed.
        functions: External functions, as ``transfer(address,uint256)``.
        unlinked: Its code has holes for addresses of libraries.
        bases: How many contracts its code is made of, itself among them.
    """

    path: str
    name: str
    kind: str = "contract"
    code_bytes: int = 0
    functions: tuple[str, ...] = ()
    unlinked: bool = False
    bases: int = 0

    @property
    def deployable(self) -> bool:
        """Whether it can stand on a chain by itself and has something that can be called."""
        return self.code_bytes > 0 and not (self.kind == "library" and not self.functions)


class Compiled(Value):
    """What a compiler answered: errors and warnings, and contracts where there were no errors."""

    findings: tuple[Finding, ...] = ()
    failed: bool = False
    contracts: tuple[Contract, ...] = ()


def parse(text: str, sources: Mapping[str, str], libraries: Mapping[str, str] | None = None) -> Compiled:
    """Read a compiler's standard JSON output. Pure.

    Args:
        text: The output.
        sources: Path -> text of what is judged; byte offsets are turned into lines with it.
        libraries: Path -> text of what was compiled with it. Its contracts and warnings are left out; its
            errors are told.

    Raises:
        ToolFailed: it is not such output.
    """
    output = load(text)
    others = libraries or {}
    problems = [problem for problem in output.get("errors", []) if not _is_noise(problem, others)]
    findings = [
        _finding(problem, sources, others)
        for problem in problems
        if problem.get("errorCode") not in _SIZE_WARNINGS
    ]
    failed = any(problem.get("severity") == "error" for problem in problems)
    contracts = () if failed else _contracts(output, others)
    if not failed and not contracts:
        failed = True
        findings.append(
            Finding(
                rule="solidity.no-contract",
                message="The source compiles, but there is no contract in it.",
                fix="Define a contract.",
                severity=Severity.HIGH,
            )
        )
    findings += [_too_big(contract) for contract in contracts if contract.code_bytes > MAX_CODE_BYTES]
    findings.sort(key=lambda item: -item.severity.rank)  # stable: the compiler's order within a severity
    return Compiled(findings=tuple(findings[:MAX_FINDINGS]), failed=failed, contracts=contracts)


def load(text: str) -> dict[str, Any]:
    """The output as an object whose ``errors``, ``sources`` and ``contracts`` have the right shape.

    Raises:
        ToolFailed: it has not.
    """
    try:
        output = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ToolFailed("The Solidity compiler's answer is not JSON.", INSTALL_HINT) from error
    shape = {"errors": list, "sources": dict, "contracts": dict}
    if not isinstance(output, dict) or any(not isinstance(output.get(k, t()), t) for k, t in shape.items()):
        raise ToolFailed("The Solidity compiler's answer is not standard JSON output.", INSTALL_HINT)
    if not output.keys() & shape.keys() or any(
        not isinstance(item, dict) for item in output.get("errors", [])
    ):
        raise ToolFailed("The Solidity compiler's answer is not standard JSON output.", INSTALL_HINT)
    return output


def line_and_column(source: str, offset: int) -> tuple[int, int]:
    """Where a byte offset into the UTF-8 text lies; both count from 1, columns in characters."""
    before = source.encode()[: max(0, offset)]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return line, column


def _is_noise(problem: Mapping[str, Any], libraries: Mapping[str, str]) -> bool:
    """Whether the compiler only warns of a library file, which is not what is judged."""
    return problem.get("severity") != "error" and _file_of(problem) in libraries


def _file_of(problem: Mapping[str, Any]) -> str:
    place = problem.get("sourceLocation")
    return str(place.get("file", "")) if isinstance(place, dict) else ""


def _finding(problem: Mapping[str, Any], sources: Mapping[str, str], libraries: Mapping[str, str]) -> Finding:
    kind, code = str(problem.get("type", "Error")), problem.get("errorCode")
    is_error = problem.get("severity") == "error"
    severity = Severity.HIGH if is_error else Severity.LOW
    if not is_error and (code in _STYLE_WARNINGS or kind == "Info"):
        severity = Severity.INFO
    message = " ".join(str(problem.get("message", "")).split())[:_MAX_MESSAGE]
    message += _quoted(problem.get("sourceLocation"), sources)
    library = _file_of(problem)
    if library in libraries:
        found = _location(problem.get("sourceLocation"), libraries)
        message = f"In the library file {library}{f' at line {found.line}' if found else ''}: {message}"
    return Finding(
        rule=f"solc.{kind}" + (f".{code}" if code else ""),
        message=message or kind,
        fix=_LIBRARY_FIX if library in libraries else "",
        severity=severity,
        location=_location(problem.get("sourceLocation"), sources),
    )


def _quoted(place: object, sources: Mapping[str, str]) -> str:
    """The few words of the source that a problem is about; the compiler itself does not name them."""
    if not isinstance(place, dict) or place.get("file") not in sources:
        return ""
    start, end = place.get("start"), place.get("end")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= start + _MAX_QUOTED):
        return ""
    text = sources[place["file"]].encode()[start:end].decode("utf-8", "replace")
    return f" Here: {text}" if text.isprintable() else ""


def _location(place: object, sources: Mapping[str, str]) -> Location | None:
    if not isinstance(place, dict) or place.get("file") not in sources:
        return None
    path, start, end = place["file"], place.get("start"), place.get("end")
    if not isinstance(start, int) or start < 0:
        return None
    line, column = line_and_column(sources[path], start)
    end_line = line_and_column(sources[path], end)[0] if isinstance(end, int) and end > start else line
    return Location(path=path, line=line, end_line=end_line, column=column)


def _contracts(output: Mapping[str, Any], libraries: Mapping[str, str]) -> tuple[Contract, ...]:
    definitions = {}
    for path, source in output.get("sources", {}).items():
        tree = source.get("ast") or source.get("legacyAST") or {}
        for node in tree.get("nodes", ()):
            if node.get("nodeType") == "ContractDefinition":
                definitions[(path, node.get("name"))] = node
    found = []
    for path, by_name in output.get("contracts", {}).items():
        if path in libraries:
            continue
        for name, contract in by_name.items():
            evm = contract.get("evm", {})
            code = str(evm.get("deployedBytecode", {}).get("object", ""))
            node = definitions.get((path, name), {})
            kind = node.get("contractKind", "contract")
            abstract = kind == "contract" and (node.get("abstract") or node.get("fullyImplemented") is False)
            found.append(
                Contract(
                    path=path,
                    name=name,
                    kind="abstract" if abstract else kind,
                    code_bytes=len(code) // 2,
                    functions=tuple(sorted(evm.get("methodIdentifiers", {}))),
                    unlinked="__" in code,
                    bases=len(node.get("linearizedBaseContracts", ())),
                )
            )
    return tuple(found)


def _too_big(contract: Contract) -> Finding:
    return Finding(
        rule="solidity.code-size",
        message=f"The code of {contract.name} has {contract.code_bytes:,} bytes; a chain accepts at most "
        f"{MAX_CODE_BYTES:,} (EIP-170).",
        fix="Split the contract, or move code into a library.",
        severity=Severity.HIGH,
        location=Location(path=contract.path, line=1),
    )
