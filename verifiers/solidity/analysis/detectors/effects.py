"""What a function does, in the order in which it does it: checks, reads, writes, calls to others. Pure.

Internal calls and modifiers are followed. Two things in different arms of one ``if`` never happen in one
run, and an arm that ends the function excludes what stands behind it; beyond that, every order of the source
counts as possible. Loops are walked once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

from verifiers.solidity.analysis.detectors.program import Function, Program, TooMuch
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    called,
    children,
    ends_path,
    is_builtin,
    kind,
    low_level,
    option,
    points_into_state,
    reference,
    root,
    type_id,
    type_text,
)

MOST_EFFECTS = 20_000
_DEEPEST = 8
_GAS_TO_CALL_BACK = 10_000  # below it, what is called can at most log
Arms = tuple[tuple[int, bool], ...]
Inner = list[tuple[list[tuple[Function, Node]], Function]]


class Effect(NamedTuple):
    """One thing that a function does.

    Attributes:
        what: ``check`` (``require``, ``assert``, the condition of an ``if``), ``read``, ``write``, ``call``
            (by address: ``call``, ``send``, ...), ``foreign`` (a function of another contract), ``create``,
            ``destroy``.
        node: Where: the condition, the access path, the call.
        variable: Id of the state variable, for reads and writes; else 0.
        function: In whose text it stands.
        arms: Which arms of which ``if`` lead to it.
        loops: Ids of the loops around it.
        unchecked: It stands in an ``unchecked`` block.
        looks: The called function is declared not to change anything, and is held to it.
    """

    what: str
    node: Node
    variable: int
    function: Function
    arms: Arms
    loops: tuple[int, ...]
    unchecked: bool
    looks: bool = False

    @property
    def value(self) -> Node | None:
        """The Ether that a call sends; None where it can send none."""
        if self.what == "call" and low_level(self.node) in ("send", "transfer"):
            return next(iter(arguments(self.node)), None)
        return option(self.node, "value")

    @property
    def hands_over_control(self) -> bool:
        """Whether the called contract can do anything: ``send`` and ``transfer`` leave it no gas for that."""
        if self.what == "foreign":
            return not self.looks
        if self.what != "call" or low_level(self.node) not in ("call", "callcode", "delegatecall"):
            return False
        limited = bare(option(self.node, "gas"))
        said = str(limited.get("value", "")) if kind(limited) == "Literal" else ""
        return not (said.isdigit() and int(said) < _GAS_TO_CALL_BACK)


# Every detector asks for the same effects; they go with the program.
_KNOWN: WeakKeyDictionary[Program, dict[Function, list[Effect]]] = WeakKeyDictionary()


def declared_to_look(function: Node) -> bool:
    """Whether a function of another contract is declared not to change anything."""
    text = type_text(function)
    return " view" in text or " pure" in text


def together(one: Effect, other: Effect) -> bool:
    """Whether two effects can happen in one run."""
    taken = dict(one.arms)
    return all(taken.get(branch, arm) == arm for branch, arm in other.arms)


@dataclass
class _Trace:
    program: Program
    found: list[Effect] = field(default_factory=list)
    aliases: dict[int, int] = field(default_factory=dict)
    stack: list[Function] = field(default_factory=list)
    loops: tuple[int, ...] = ()
    unchecked: bool = False

    def add(self, what: str, node: Node, arms: Arms, variable: int = 0) -> None:
        looks = what == "foreign" and self.program.holds_views and declared_to_look(called(node))
        around = (arms, self.loops, self.unchecked, looks)
        self.found.append(Effect(what, node, variable, self.stack[-1], *around))
        if len(self.found) > MOST_EFFECTS:
            raise TooMuch(f"a function with more than {MOST_EFFECTS:,} effects")


def effects_of(program: Program, function: Function) -> list[Effect]:
    """All effects of a function, its modifiers and all that it calls within the contract; not to be changed.

    Raises:
        TooMuch: there are too many.
    """
    known = _KNOWN.setdefault(program, {})
    if function not in known:
        trace = _Trace(program)
        _function(trace, function, ())
        known[function] = trace.found
    return known[function]


def _function(trace: _Trace, function: Function, arms: Arms) -> None:
    if function in trace.stack or len(trace.stack) >= _DEEPEST:
        return
    around = trace.program.modifiers_of(function)
    trace.stack.append(function)
    for _, invoked in around:
        for argument in invoked.get("arguments") or ():
            _expression(trace, argument, arms)
    _modified(trace, around, function, arms)
    trace.stack.pop()


def _modified(trace: _Trace, around: list[tuple[Function, Node]], function: Function, arms: Arms) -> None:
    """The body, inside the modifiers that are left to unfold."""
    if not around:
        _statement(trace, function.body, arms, [])
        return
    (modifier, _), *rest = around
    if modifier in trace.stack:
        return
    trace.stack.append(modifier)
    _statement(trace, modifier.body, arms, [(rest, function)])
    trace.stack.pop()


def _statement(trace: _Trace, node: Node, arms: Arms, inner: Inner) -> Arms:
    """Walk a statement; returns under which arms what follows it is reached."""
    what = kind(node)
    if what == "PlaceholderStatement":
        for rest, function in inner:
            _modified(trace, rest, function, arms)
    elif what in ("Block", "UncheckedBlock"):
        before = trace.unchecked
        trace.unchecked = before or what == "UncheckedBlock"
        for statement in node.get("statements", ()):
            arms = _statement(trace, statement, arms, inner)
        trace.unchecked = before
    elif what == "IfStatement":
        arms = _if(trace, node, arms, inner)
    elif what in ("ForStatement", "WhileStatement", "DoWhileStatement"):
        _loop(trace, node, arms, inner)
    elif what == "VariableDeclarationStatement":
        _declaration(trace, node, arms)
    elif what == "TryStatement":
        _expression(trace, node.get("externalCall") or NOTHING, arms)
        for clause in node.get("clauses", ()):
            _statement(trace, clause.get("block") or NOTHING, arms, inner)
    elif what != "InlineAssembly":
        for child in children(node):
            _expression(trace, child, arms)
    return arms


def _if(trace: _Trace, node: Node, arms: Arms, inner: Inner) -> Arms:
    condition = node.get("condition") or NOTHING
    _expression(trace, condition, arms)
    trace.add("check", condition, arms)
    branch = int(node.get("id", 0)) * 100 + len(trace.stack)
    yes, no = node.get("trueBody") or NOTHING, node.get("falseBody") or NOTHING
    _statement(trace, yes, (*arms, (branch, True)), inner)
    _statement(trace, no, (*arms, (branch, False)), inner)
    if ends_path(yes):
        return (*arms, (branch, False))
    return (*arms, (branch, True)) if no and ends_path(no) else arms


def _loop(trace: _Trace, node: Node, arms: Arms, inner: Inner) -> None:
    _statement(trace, node.get("initializationExpression") or NOTHING, arms, inner)
    before = trace.loops
    trace.loops = (*before, int(node.get("id", 0)))
    condition = node.get("condition")
    if condition:
        _expression(trace, condition, arms)
        trace.add("check", condition, arms)
    _statement(trace, node.get("body") or NOTHING, arms, inner)
    _statement(trace, node.get("loopExpression") or NOTHING, arms, inner)
    trace.loops = before


def _declaration(trace: _Trace, node: Node, arms: Arms) -> None:
    value = node.get("initialValue")
    if not value:
        return
    _expression(trace, value, arms)
    declared = [item for item in node.get("declarations", ()) if item]
    if len(declared) == 1 and points_into_state(declared[0]):
        base = _variable(trace, value)
        if base:
            trace.aliases[int(declared[0]["id"])] = base


def _variable(trace: _Trace, node: Node) -> int:
    """Id of the state variable that an access path leads into; 0 for anything else."""
    at = root(node)
    if kind(at) == "FunctionCall":  # push() and the like give a pointer into what they are called on
        at = root(called(at).get("expression"))
    named = reference(at) or 0
    if named in trace.program.state:
        declared = trace.program.state[named]
        return 0 if declared.get("constant") else named
    return trace.aliases.get(named, 0)


def _expression(trace: _Trace, node: Node, arms: Arms) -> None:
    what = kind(node)
    if what == "Assignment":
        _expression(trace, node.get("rightHandSide") or NOTHING, arms)
        _written(trace, node.get("leftHandSide") or NOTHING, arms, also_read=node.get("operator") != "=")
    elif what == "UnaryOperation" and node.get("operator") in ("++", "--", "delete"):
        _written(trace, node.get("subExpression") or NOTHING, arms, also_read=node["operator"] != "delete")
    elif what == "FunctionCall":
        _call(trace, node, arms)
    elif what == "Conditional":
        _expression(trace, node.get("condition") or NOTHING, arms)
        trace.add("check", node.get("condition") or NOTHING, arms)
        branch = int(node.get("id", 0)) * 100 + len(trace.stack)
        _expression(trace, node.get("trueExpression") or NOTHING, (*arms, (branch, True)))
        _expression(trace, node.get("falseExpression") or NOTHING, (*arms, (branch, False)))
    elif what in ("Identifier", "MemberAccess", "IndexAccess"):
        variable = _variable(trace, node)
        if variable:
            trace.add("read", node, arms, variable)
        _indexes(trace, node, arms)
    else:
        for child in children(node):
            _expression(trace, child, arms)


def _indexes(trace: _Trace, node: Node, arms: Arms) -> None:
    """What is evaluated inside an access path: indexes, and calls that it starts from."""
    while True:
        if kind(node) == "IndexAccess":
            if node.get("indexExpression"):
                _expression(trace, node["indexExpression"], arms)
            node = node.get("baseExpression") or NOTHING
        elif kind(node) == "MemberAccess":
            node = node.get("expression") or NOTHING
        else:
            if kind(node) not in ("Identifier", ""):
                _expression(trace, node, arms)
            return


def _written(trace: _Trace, node: Node, arms: Arms, *, also_read: bool) -> None:
    if kind(node) == "TupleExpression":
        for item in node.get("components", ()):
            if item:
                _written(trace, item, arms, also_read=also_read)
        return
    _indexes(trace, node, arms)
    variable = _variable(trace, node)
    if variable and also_read:
        trace.add("read", node, arms, variable)
    if variable:
        trace.add("write", node, arms, variable)


def _call(trace: _Trace, node: Node, arms: Arms) -> None:
    function = called(node)
    inner = function.get("expression")
    if inner:
        _expression(trace, inner, arms)
    for name in ("value", "gas", "salt"):
        given = option(node, name)
        if given:
            _expression(trace, given, arms)
    for argument in arguments(node):
        _expression(trace, argument, arms)
    named = type_id(function)
    target = trace.program.callee(node)
    if is_builtin(node, "require", "assert"):
        trace.add("check", arguments(node)[0] if arguments(node) else node, arms)
    elif is_builtin(node, "selfdestruct", "suicide"):
        trace.add("destroy", node, arms)
    elif low_level(node):
        trace.add("call", node, arms)
    elif target is not None:
        _bind(trace, node, target)
        _function(trace, target, arms)
    elif named.startswith("t_function_external"):
        trace.add("foreign", node, arms)
    elif named.startswith("t_function_creation"):
        trace.add("create", node, arms)
    elif named.startswith(("t_function_arraypush", "t_function_arraypop", "t_function_bytearraypush")):
        variable = _variable(trace, function.get("expression") or NOTHING)
        if variable:
            trace.add("write", node, arms, variable)


def _bind(trace: _Trace, call: Node, target: Function) -> None:
    """Storage pointers that are passed on point where the argument does."""
    given = arguments(call)
    if len(given) == len(target.parameters) - 1:  # used as a method: what stands before the dot comes first
        given = [called(call).get("expression") or NOTHING, *given]
    for parameter, argument in zip(target.parameters, given, strict=False):
        if points_into_state(parameter):
            base = _variable(trace, argument)
            if base:
                trace.aliases[int(parameter["id"])] = base
