"""Whose code a contract's bytecode is: the tests' and trusted libraries', or partly the candidate's. Pure.

The compiler's source maps decide: they name the file of every instruction, whatever was inherited, inlined or
attached with ``using``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from verifiers.solidity.compiling.compilation import Compilation

_CALLS = frozenset(
    (0xF0, 0xF1, 0xF2, 0xF4, 0xF5, 0xFA)
)  # create, call, callcode, delegatecall, create2, staticcall
_PUSH1, _PUSH32 = 0x60, 0x7F
_HOLE = re.compile(r"__.{36}__")
_ASSEMBLY = re.compile(r"\bassembly\b")


@dataclass(frozen=True)
class Unit:
    """A contract with code.

    Attributes:
        path: Its file.
        name: Its name.
        creation: The code that creates it, hex; arguments of the constructor come after it.
        trusted: Nothing in it is the candidate's.
        candidates: Its file is the candidate's. Neither this nor trusted: a contract of the tests that
            inherits from the candidate, or has its functions inlined, or is linked to its libraries.
    """

    path: str
    name: str
    creation: str
    trusted: bool
    candidates: bool


@dataclass(frozen=True)
class Origins:
    """Whose code is whose.

    Attributes:
        units: All contracts with code.
        names: Function selector (8 hex characters) -> name, to tell of calls in words.
        can_call: The candidate's code may reach other accounts, or end with bytes of its choice.
    """

    units: tuple[Unit, ...]
    names: Mapping[str, str]
    can_call: bool

    def unit_of(self, creation: str) -> Unit | None:
        """The contract that a piece of creation code (hex, with arguments) makes; the longest that fits."""
        fitting = [unit for unit in self.units if _begins(creation, unit.creation)]
        return max(fitting, key=lambda unit: (len(unit.creation), not unit.trusted), default=None)

    def unit(self, path: str, name: str) -> Unit | None:
        """The contract of a file."""
        return next((unit for unit in self.units if (unit.path, unit.name) == (path, name)), None)

    def rewritten(self, change: Callable[[str], str]) -> Origins:
        """The same after a change to all code."""
        units = tuple(replace(unit, creation=change(unit.creation)) for unit in self.units)
        return replace(self, units=units)


def origins_of(compilation: Compilation, candidate: frozenset[str]) -> Origins:
    """Read it off a compilation.

    Args:
        compilation: Project and tests.
        candidate: Paths of the candidate's files.
    """
    output = compilation.output
    marked = _Marked(output, candidate)
    units: list[Unit] = []
    can_call = _has_assembly(compilation)
    for path, contracts in output.get("contracts", {}).items():
        for name, contract in contracts.items():
            evm = contract.get("evm", {})
            creation, deployed = evm.get("bytecode", {}), evm.get("deployedBytecode", {})
            code = str(creation.get("object", ""))
            if not code:
                continue
            own = path in candidate
            mixed = own or any(marked.touches(part) for part in (creation, deployed))
            units.append(Unit(path, name, code, trusted=not mixed, candidates=own))
            if own:
                can_call |= _reaches_out(code, str(deployed.get("object", "")))
    names = {**_names(output, candidate), **_names(output, output.get("sources", {}).keys() - candidate)}
    return Origins(tuple(units), names, can_call)


def _reaches_out(creation: str, deployed: str) -> bool:
    """Whether a contract calls or creates others, when it is created or later.

    The compiler's own data behind the code, a hash above all, is no code: nothing can jump there.
    """
    ends = 2 * int(deployed[-4:] or "0", 16) + 4 if re.fullmatch(r"[0-9a-f]*", deployed[-4:]) else 0
    bare = deployed[:-ends] if 0 < ends < len(deployed) else deployed
    before = creation.partition(deployed)[0] if deployed else creation
    return makes_calls(before) or makes_calls(bare)


def makes_calls(code: str) -> bool:
    """Whether there is an instruction in some code (hex) that calls or creates another account."""
    try:
        data = bytes.fromhex(_HOLE.sub("0" * 40, code))
    except ValueError:
        return True
    place = 0
    while place < len(data):
        if data[place] in _CALLS:
            return True
        place += 1 + (data[place] - _PUSH1 + 1 if _PUSH1 <= data[place] <= _PUSH32 else 0)
    return False


def nodes_in(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object in a syntax tree."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _begins(code: str, pattern: str) -> bool:
    """Whether code begins with other code, in which addresses of libraries may still be open."""
    last = 0
    for hole in _HOLE.finditer(pattern):
        if code[last : hole.start()] != pattern[last : hole.start()]:
            return False
        last = hole.end()
    return code.startswith(pattern[last:], last)


class _Marked:
    """Knows which places in the sources are the candidate's code. Its constants are values, not code."""

    def __init__(self, output: Mapping[str, Any], candidate: frozenset[str]) -> None:
        sources = output.get("sources", {})
        self._paths = candidate
        self._files = {sources[path].get("id"): path for path in candidate if path in sources}
        self._constants: dict[int, list[tuple[int, int]]] = {}
        for number, path in self._files.items():
            self._constants[number] = [
                (start, start + length)
                for node in nodes_in(sources[path].get("ast"))
                if node.get("nodeType") == "VariableDeclaration" and node.get("constant")
                for start, length, *_ in [[int(part) for part in str(node.get("src")).split(":")]]
            ]

    def touches(self, code: Mapping[str, Any]) -> bool:
        """Whether an instruction comes from the candidate's files, or is to be linked to them."""
        if any(path in self._paths for path in code.get("linkReferences") or {}):
            return True
        start = length = file = 0
        for entry in str(code.get("sourceMap", "")).split(";"):
            fields = entry.split(":")
            start = int(fields[0]) if fields[0] else start
            length = int(fields[1]) if len(fields) > 1 and fields[1] else length
            file = int(fields[2]) if len(fields) > 2 and fields[2] else file
            if file in self._files and not self._is_constant(file, start, start + length):
                return True
        return False

    def _is_constant(self, file: int, start: int, end: int) -> bool:
        return any(first <= start and end <= last for first, last in self._constants[file])


def _names(output: Mapping[str, Any], paths: Iterable[str]) -> dict[str, str]:
    sources = output.get("sources", {})
    return {
        str(node["functionSelector"]): str(node.get("name", ""))
        for path in paths
        for node in nodes_in(sources.get(path, {}).get("ast"))
        if node.get("functionSelector") and node.get("nodeType") == "FunctionDefinition"
    }


def _has_assembly(compilation: Compilation) -> bool:
    """Whether assembly may be part of the candidate's code; only that reverts with bytes of any form."""
    files = compilation.project.files
    return any(_ASSEMBLY.search(text) for path, text in files.items() if not path.startswith("forge-std/"))
