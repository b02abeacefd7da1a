"""What was compiled, as detectors look at it: contracts, functions, state, and what refers to what. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    called,
    children,
    file_index,
    kind,
    name_of,
    reference,
    walk,
)
from verifiers.solidity.compiling.pragma import Version, parse_version

MOST_NODES = 500_000
CHECKED_ARITHMETIC = Version(0, 8, 0)
HELD_VIEWS = Version(0, 5, 0)


class TooMuch(Exception):
    """The program is larger than detectors look at; what is said of it would be said of a part only."""


@dataclass(frozen=True, eq=False)
class Function:
    """A function, constructor or modifier that has a body.

    Attributes:
        node: Its definition.
        contract: The contract that it is written in; an empty node for a free function.
        path: Its file.
        own: The file is the project's own, not a library's.
    """

    node: Node
    contract: Node
    path: str
    own: bool

    @property
    def name(self) -> str:
        """Its name; ``constructor`` and ``fallback`` for those that have none."""
        return str(self.node.get("name") or self.node.get("kind") or "fallback")

    @property
    def where(self) -> str:
        """For a message: ``Vault.withdraw``."""
        return f"{self.contract.get('name', '')}.{self.name}".lstrip(".")

    @property
    def is_constructor(self) -> bool:
        """Runs once, at the deployment; before 0.5 also by bearing the contract's name."""
        return self.node.get("kind") == "constructor" or self.node.get("isConstructor") is True

    @property
    def is_open(self) -> bool:
        """Whether anybody can call it from outside."""
        if kind(self.node) != "FunctionDefinition" or self.is_constructor:
            return False
        return self.node.get("visibility") in ("public", "external")

    @property
    def changes_state(self) -> bool:
        """Whether it may write at all, by its own word."""
        declared = self.node.get("isDeclaredConst") is True
        return self.node.get("stateMutability") not in ("view", "pure") and not declared

    @property
    def is_payable(self) -> bool:
        """Whether it takes Ether."""
        return self.node.get("stateMutability") == "payable" or self.node.get("payable") is True

    @property
    def parameters(self) -> list[Node]:
        """Declarations of its parameters."""
        return list((self.node.get("parameters") or NOTHING).get("parameters", ()))

    @property
    def results(self) -> list[Node]:
        """Declarations of what it returns."""
        return list((self.node.get("returnParameters") or NOTHING).get("parameters", ()))

    @property
    def body(self) -> Node:
        """Its statements."""
        body: Node = self.node.get("body") or NOTHING
        return body

    @cached_property
    def inside(self) -> tuple[Node, ...]:
        """All nodes of the body, in the order of the source."""
        return tuple(walk(self.body)) if self.body else ()


@dataclass(frozen=True, eq=False)
class Program:
    """Everything that was compiled together.

    Attributes:
        version: The compiler's.
        nodes: Id -> declaration or expression.
        functions: Id -> function or modifier with a body.
        state: Id -> declaration of a state variable.
        contracts: Id -> contract definition.
        own_contracts: Those of the project's own files.
        paths: solc's number of a file -> its path.
    """

    version: Version
    nodes: Mapping[int, Node]
    functions: Mapping[int, Function]
    state: Mapping[int, Node]
    contracts: Mapping[int, Node]
    own_contracts: tuple[Node, ...]
    paths: Mapping[int, str] = field(default_factory=dict)

    @property
    def unchecked_by_default(self) -> bool:
        """Whether arithmetic wraps around outside of ``unchecked`` blocks, too."""
        return self.version < CHECKED_ARITHMETIC

    @property
    def holds_views(self) -> bool:
        """Whether a called function that is declared ``view`` cannot change anything, whoever wrote it."""
        return self.version >= HELD_VIEWS

    @property
    def own(self) -> Iterator[Function]:
        """The project's own functions and modifiers."""
        return (function for function in self.functions.values() if function.own)

    @property
    def own_functions(self) -> Iterator[Function]:
        """The same without the modifiers."""
        return (function for function in self.own if kind(function.node) == "FunctionDefinition")

    def callee(self, call: Node) -> Function | None:
        """The function of the program that a call runs in the same contract; None for any other call.

        Virtual functions are taken at the place that the call names, which is the nearest base.
        """
        if kind(call) != "FunctionCall" or call.get("kind") not in (None, "functionCall"):
            return None
        function = called(call)
        target = self.functions.get(reference(function) or -1)
        if target is None:
            return None
        named = str(((function.get("typeDescriptions") or NOTHING).get("typeIdentifier")) or "")
        return target if named.startswith("t_function_internal") else None

    def modifiers_of(self, function: Function) -> list[tuple[Function, Node]]:
        """The modifiers of a function that have a body, with the place where each is invoked."""
        found = []
        for invoked in function.node.get("modifiers", ()):
            definition = self.functions.get(reference(invoked.get("modifierName")) or -1)
            if definition is not None and kind(definition.node) == "ModifierDefinition":
                found.append((definition, invoked))
        return found

    def state_of(self, contract: Node) -> dict[str, Node]:
        """Name -> state variable of a contract and of all its bases; the most derived of a name."""
        found: dict[str, Node] = {}
        for identifier in contract.get("linearizedBaseContracts", ()):
            for node in self.contracts.get(identifier, NOTHING).get("nodes", ()):
                if kind(node) == "VariableDeclaration":
                    found.setdefault(name_of(node), node)
        return found

    def functions_of(self, contract: Node) -> list[Function]:
        """The functions of a contract and of all its bases, its own first; overridden ones among them."""
        return [
            self.functions[node["id"]]
            for identifier in contract.get("linearizedBaseContracts", ())
            for node in self.contracts.get(identifier, NOTHING).get("nodes", ())
            if kind(node) == "FunctionDefinition" and node.get("id") in self.functions
        ]

    def path_of(self, node: Node) -> str:
        """The file that a node is in."""
        return self.paths.get(file_index(node), "")


def read(output: Mapping[str, Any], own_paths: Collection[str], version: str) -> Program:
    """Read a compiler's standard JSON output.

    Args:
        output: See :class:`verifiers.solidity.compiling.compilation.Compilation`.
        own_paths: Of the files that are judged.
        version: The compiler's.

    Raises:
        TooMuch: there is more than detectors look at.
    """
    nodes: dict[int, Node] = {}
    functions: dict[int, Function] = {}
    state: dict[int, Node] = {}
    contracts: dict[int, Node] = {}
    paths: dict[int, str] = {}
    own_contracts: list[Node] = []
    for path, source in output.get("sources", {}).items():
        tree = source.get("ast") or NOTHING
        paths[source.get("id", -1)] = path
        for node in walk(tree):
            if isinstance(node.get("id"), int):
                nodes[node["id"]] = node
        if len(nodes) > MOST_NODES:
            raise TooMuch(f"more than {MOST_NODES:,} pieces of syntax")
        own = path in own_paths
        for node in children(tree):
            if kind(node) == "FunctionDefinition" and node.get("body"):
                functions[node["id"]] = Function(node, NOTHING, path, own)
            if kind(node) != "ContractDefinition":
                continue
            contracts[node["id"]] = node
            own_contracts += [node] if own else []
            for member in node.get("nodes", ()):
                if kind(member) == "VariableDeclaration":
                    state[member["id"]] = member
                elif kind(member) in ("FunctionDefinition", "ModifierDefinition") and member.get("body"):
                    functions[member["id"]] = Function(member, node, path, own)
    found = parse_version(version) or CHECKED_ARITHMETIC
    return Program(found, nodes, functions, state, contracts, tuple(own_contracts), paths)
