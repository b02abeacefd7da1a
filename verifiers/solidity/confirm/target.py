"""What an attack is made on: the contract and the functions that a finding is about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifiers.domain import Location
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import Node, end, kind, reverts, start, walk
from verifiers.solidity.compiling.compilation import Compilation
from verifiers.solidity.compiling.compiler_output import Contract, line_and_column
from verifiers.solidity.exploring.sequences import TransactionSequence

_WEI = {"wei": 1, "gwei": 10**9, "szabo": 10**12, "finney": 10**15, "ether": 10**18}
_MOST_AMOUNTS = 3
_CHOICES = ("Conditional", "InlineAssembly", "TryStatement")  # ways to hide a second path behind a guard


@dataclass(frozen=True)
class Entry:
    """Something of a contract that can be called.

    Attributes:
        name: The function's; empty for receiving ether without data.
        inputs: The ABI's parameters.
        pays: It takes ether.
        looks: It changes nothing.
        outputs: The ABI's types of what it answers.
    """

    name: str
    inputs: tuple[Mapping[str, Any], ...] = ()
    pays: bool = False
    looks: bool = False
    outputs: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """Such as ``withdraw(uint256)``; empty where there is no name."""
        types = ",".join(str(parameter.get("type", "")) for parameter in self.inputs)
        return f"{self.name}({types})" if self.name else ""


@dataclass(frozen=True)
class Target:
    """A deployable contract, and where a finding says that it can be hurt.

    Attributes:
        path: Its file.
        name: Its name.
        creation: The code that deploys it, in hex.
        entries: All that can be called.
        flagged: Those by which the flagged place is reached.
        constructor: The ABI's parameters of the constructor.
        endowed: The constructor takes ether.
        amounts: Wei that the source speaks of.
        plain: No path leads past a guard of the flagged functions by a choice that an attack may have missed.
    """

    path: str
    name: str
    creation: str
    entries: tuple[Entry, ...]
    flagged: tuple[Entry, ...]
    constructor: tuple[Mapping[str, Any], ...] = ()
    endowed: bool = False
    amounts: tuple[int, ...] = ()
    plain: bool = field(default=False)


def find(
    compilation: Compilation,
    program: Program,
    place: Location | None,
    sequences: Sequence[TransactionSequence] = (),
) -> Target | str:
    """The target of a finding, or why there is none, in words.

    Args:
        compilation: The project.
        program: The same, as detectors see it.
        place: Of the finding. In a library's file it is the function by which ``sequences`` come there that
            is attacked.
        sequences: Transactions that lead to it, where they are known.
    """
    inner: Function | None
    if place is not None and place.path in compilation.project.sources:
        inner = _function_at(program, compilation.project.sources[place.path], place)
        home = inner.contract if inner else _contract_at(program, compilation, place)
        if home is None:
            return "the finding is about no contract"
    else:
        called = next((found for each in sequences if (found := _called(program, each))), None)
        if called is None:
            return "the finding names no place in the project"
        home, inner = called
    chosen = _deployable(compilation, program, home)
    if chosen is None:
        return "no contract that can be deployed has this code"
    compiled, definition = chosen
    output = compilation.output["contracts"][compiled.path][compiled.name]
    creation = str(output["evm"]["bytecode"]["object"])
    if compiled.unlinked or "_" in creation:
        return f"{compiled.name} calls a library that is not linked"
    abi = output.get("abi", [])
    entries = entries_of(abi)
    reaching = _reaching(program, definition, inner) if inner else []
    made: Mapping[str, Any] = next((item for item in abi if item.get("type") == "constructor"), {})
    return Target(
        path=compiled.path,
        name=compiled.name,
        creation=creation,
        entries=entries,
        flagged=tuple(entry for entry in entries if any(_is(function, entry) for function in reaching)),
        constructor=tuple(made.get("inputs", ())),
        endowed=made.get("stateMutability") == "payable" or made.get("payable") is True,
        amounts=_amounts(definition),
        plain=bool(reaching) and all(_is_plain(program, function) for function in reaching),
    )


def entries_of(abi: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """What an ABI says can be called; the bare payment last."""
    found, receives = [], False
    for item in abi:
        pays = item.get("stateMutability") == "payable" or item.get("payable") is True
        if item.get("type", "function") == "function":
            looks = item.get("stateMutability") in ("view", "pure") or item.get("constant") is True
            outputs = tuple(str(output.get("type")) for output in item.get("outputs", ()))
            found.append(Entry(str(item["name"]), tuple(item.get("inputs", ())), pays, looks, outputs))
        elif item.get("type") == "receive" or (item.get("type") == "fallback" and pays):
            receives = True
    return (*found, *((Entry("", pays=True),) if receives else ()))


def _function_at(program: Program, text: str, place: Location) -> Function | None:
    for function in program.own:
        if function.path == place.path:
            first, last = (line_and_column(text, at(function.node))[0] for at in (start, end))
            if first <= place.line <= last:
                return function
    return None


def _called(program: Program, sequence: TransactionSequence) -> tuple[Node, Function] | None:
    """The contract of a sequence, and the project's own function that its last step calls."""
    name, _, rest = sequence.steps[-1].function.partition("(")
    types = rest.removesuffix(")")
    for contract in program.own_contracts:
        if contract.get("name") == sequence.contract and program.path_of(contract) == sequence.path:
            for function in program.functions_of(contract):
                own = function.is_open and function.node.get("name") == name
                if own and len(function.parameters) == (types.count(",") + 1 if types else 0):
                    return contract, function
    return None


def _contract_at(program: Program, compilation: Compilation, place: Location) -> Node | None:
    text = compilation.project.sources[place.path]
    for contract in program.own_contracts:
        first, last = (line_and_column(text, at(contract))[0] for at in (start, end))
        if program.path_of(contract) == place.path and first <= place.line <= last:
            return contract
    return None


def _deployable(compilation: Compilation, program: Program, home: Node) -> tuple[Contract, Node] | None:
    """The contract itself, else the one of the most bases that inherits it."""
    found: list[tuple[bool, int, Contract, Node]] = []
    for contract in compilation.compiled.contracts:
        for node in program.own_contracts:
            named = node.get("name") == contract.name and program.path_of(node) == contract.path
            if named and contract.deployable and home.get("id") in node.get("linearizedBaseContracts", ()):
                found.append((node is home, contract.bases, contract, node))
    if not found:
        return None
    *_, compiled, node = max(found, key=lambda item: item[:2])
    return compiled, node


def _reaching(program: Program, contract: Node, inner: Function) -> list[Function]:
    """The contract's open functions that run a function or modifier, the function itself first."""
    found = [
        function
        for function in program.functions_of(contract)
        if function.is_open
        and (function is inner or any(each is inner for each in _run_by(program, function)))
    ]
    return sorted(found, key=lambda function: function is not inner)


def _run_by(program: Program, function: Function) -> list[Function]:
    """Everything of the program that a function runs in its own contract, itself first."""
    found: list[Function] = []
    waiting = [function]
    while waiting:
        current = waiting.pop()
        if any(each is current for each in found):
            continue
        found.append(current)
        waiting += [modifier for modifier, _ in program.modifiers_of(current)]
        waiting += [callee for node in current.inside if (callee := program.callee(node))]
    return found


def _is(function: Function, entry: Entry) -> bool:
    named = "" if function.node.get("kind") in ("receive", "fallback") else function.node.get("name", "")
    return named == entry.name and (not entry.name or len(function.parameters) == len(entry.inputs))


def _is_plain(program: Program, function: Function) -> bool:
    for each in _run_by(program, function):
        for node in each.inside:
            if kind(node) in _CHOICES or (kind(node) == "BinaryOperation" and node.get("operator") == "||"):
                return False
            if kind(node) == "IfStatement" and not _only_refuses(node):
                return False
    return True


def _only_refuses(node: Node) -> bool:
    """Whether an ``if`` is a ``require`` in other words."""
    anded = any(item.get("operator") == "&&" for item in walk(node.get("condition") or {}))
    return reverts(node.get("trueBody")) and not node.get("falseBody") and not anded


def _amounts(contract: Node) -> tuple[int, ...]:
    found: dict[int, None] = {}
    for node in walk(contract):
        unit = _WEI.get(str(node.get("subdenomination"))) if kind(node) == "Literal" else None
        if unit:
            try:
                found[int(float(node.get("value", "")) * 1e6) * unit // 10**6] = None
            except (ValueError, OverflowError):
                continue
    return tuple(amount for amount in found if 0 < amount <= 20 * 10**18)[:_MOST_AMOUNTS]
