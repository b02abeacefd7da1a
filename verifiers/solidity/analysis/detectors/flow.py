"""Where values come from: parameters, the sender, block values, state. Pure.

Within a function the order of assignments is left out of account: a variable has the origins of everything
that is ever assigned to it. Internal calls pass on the origins of what they return.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    called,
    children,
    dotted,
    is_builtin,
    kind,
    low_level,
    reference,
    root,
    type_id,
)

SENDER = "sender"
PAID = "paid"
TIME = "time"
_DEEPEST = 4
_KNOWN = {
    "msg.sender": SENDER,
    "tx.origin": SENDER,
    "msg.value": PAID,
    "msg.data": "data",
    "block.timestamp": TIME,
    "now": TIME,
    "block.number": "number",
    "block.difficulty": "difficulty",
    "block.prevrandao": "prevrandao",
    "block.coinbase": "coinbase",
    "block.gaslimit": "gaslimit",
    "block.basefee": "basefee",
    "tx.gasprice": "gasprice",
}
# What whoever makes the block knows or chooses, and every contract called in the same block reads alike.
CHANCE = frozenset(
    {TIME, "number", "difficulty", "prevrandao", "coinbase", "gaslimit", "blockhash", "basefee"}
)
Origins = frozenset[str]
NONE: Origins = frozenset()


class Flow:
    """Origins of a function's values.

    Args:
        program: The program.
        function: The function.
        given: Parameter id -> origins, where the caller is known; ``param`` for anybody's choice otherwise.
        depth: How many calls led here.
    """

    def __init__(
        self,
        program: Program,
        function: Function,
        given: Mapping[int, Origins] | None = None,
        depth: int = 0,
    ) -> None:
        self._program = program
        self._function = function
        self._depth = depth
        self._of: dict[int, Origins] = {}
        for parameter in function.parameters:
            name = int(parameter["id"])
            self._of[name] = (given or {}).get(name, frozenset({"param", f"param:{name}"}))
        self._settle()

    def of(self, node: Node | None) -> Origins:
        """The origins of an expression: names of ``CHANCE``, ``sender``, ``paid``, ``param``, ``state``,
        ``param:ID`` and ``state:ID``, ``foreign`` for what another contract answered."""
        node = node or NOTHING
        known = _KNOWN.get(dotted(node)) if kind(bare(node)) in ("Identifier", "MemberAccess") else None
        if known:
            return frozenset({known})
        node = bare(node)
        if kind(node) == "Identifier":
            return self._named(reference(node))
        if kind(node) == "FunctionCall":
            return self._called(node)
        found = NONE
        for child in children(node):
            found |= self.of(child)
        return found

    def variable(self, identifier: int) -> Origins:
        """The origins of a variable."""
        return self._of.get(identifier, NONE)

    def result(self) -> Origins:
        """The origins of what the function returns."""
        found = NONE
        for result in self._function.results:
            found |= self.variable(int(result["id"]))
        for node in self._function.inside:
            if kind(node) == "Return" and node.get("expression"):
                found |= self.of(node["expression"])
        return found

    def _named(self, identifier: int | None) -> Origins:
        if identifier is not None and identifier in self._program.state:
            if self._program.state[identifier].get("constant"):
                return NONE
            return frozenset({"state", f"state:{identifier}"})
        return self._of.get(identifier or 0, NONE)

    def _called(self, node: Node) -> Origins:
        if is_builtin(node, "blockhash", "block.blockhash"):
            return frozenset({"blockhash"}) | {f"hash-of-{name}" for name in self._all(arguments(node))}
        target = self._program.callee(node)
        passed = [self.of(argument) for argument in arguments(node)]
        if target is not None:
            if self._depth >= _DEEPEST:
                return NONE.union(*passed)
            if len(passed) == len(target.parameters) - 1:
                passed.insert(0, self.of(called(node).get("expression")))
            given = {
                int(parameter["id"]): origins
                for parameter, origins in zip(target.parameters, passed, strict=False)
            }
            return Flow(self._program, target, given, self._depth + 1).result()
        asks = type_id(called(node)).startswith("t_function_external") or low_level(node)
        return NONE.union(*passed, self.of(called(node).get("expression"))) | ({"foreign"} if asks else NONE)

    def _all(self, nodes: Iterable[Node]) -> Origins:
        return NONE.union(*(self.of(node) for node in nodes))

    def _settle(self) -> None:
        """Follow assignments until nothing is added."""
        assigned = list(_assignments(self._function.inside))
        for _ in range(6):
            before = dict(self._of)
            for target, value in assigned:
                self._of[target] = self._of.get(target, NONE) | self.of(value)
            if self._of == before:
                return


def _assignments(nodes: Iterable[Node]) -> Iterable[tuple[int, Node]]:
    """Id of a variable and an expression that goes into it."""
    for node in nodes:
        if kind(node) == "VariableDeclarationStatement" and node.get("initialValue"):
            named = [declared for declared in node.get("declarations", ()) if declared]
            for declared in named:
                yield int(declared["id"]), node["initialValue"]
        elif kind(node) == "Assignment":
            yield from _into(node.get("leftHandSide") or NOTHING, node.get("rightHandSide") or NOTHING)


def _into(target: Node, value: Node) -> Iterable[tuple[int, Node]]:
    if kind(target) == "TupleExpression":
        for item in target.get("components", ()):
            if item:
                yield from _into(item, value)
        return
    named = reference(root(target))
    if named:
        yield named, value


def state_origins(program: Program) -> dict[int, Origins]:
    """Id of a state variable -> origins of all that is ever written to it, apart from other state."""
    found: dict[int, Origins] = {}
    for function in program.functions.values():
        flow = Flow(program, function)
        for target, value in _assignments(function.inside):
            if target in program.state:
                found[target] = found.get(target, NONE) | flow.of(value)
    first = next(iter(program.functions.values()), None)
    for identifier, variable in program.state.items():
        if variable.get("value") and first is not None:
            found[identifier] = found.get(identifier, NONE) | Flow(program, first).of(variable["value"])
    return found
