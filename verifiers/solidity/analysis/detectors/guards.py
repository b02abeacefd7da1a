"""Who may reach what: checks of the sender, checks that hold once only, locks against re-entry. Pure."""

from __future__ import annotations

from verifiers.solidity.analysis.detectors.effects import Effect, effects_of, together
from verifiers.solidity.analysis.detectors.program import Function, Program
from verifiers.solidity.analysis.detectors.tree import (
    NOTHING,
    Node,
    arguments,
    bare,
    called,
    dotted,
    kind,
    name_of,
    reference,
    root,
    type_text,
    walk,
)

_DEEPEST = 5
_EQUALITY = ("==", "!=")
_SENDERS = ("msg.sender", "tx.origin")
_ROLES = ("owner", "admin", "auth", "member", "ward", "role", "guard")


def is_sender(program: Program, node: Node | None, holders: frozenset[int] = frozenset()) -> bool:
    """Whether an expression is the caller's address, also by way of ``_msgSender()`` or a local variable."""
    node = bare(node)
    if dotted(node) in _SENDERS:
        return True
    if kind(node) == "Identifier":
        return reference(node) in holders
    if kind(node) == "FunctionCall" and not arguments(node):
        target = program.callee(node)
        return target is not None and (
            target.name.lower().strip("_") == "msgsender" or _returns_sender(target)
        )
    return False


def _returns_sender(function: Function) -> bool:
    said = [node.get("expression") for node in function.inside if kind(node) == "Return"]
    return len(said) == 1 and dotted(said[0]) == "msg.sender"


def holders_of(program: Program, function: Function, given: frozenset[int] = frozenset()) -> frozenset[int]:
    """Ids of local variables that hold the caller's address."""
    found = set(given)
    for node in function.inside:
        if kind(node) == "VariableDeclarationStatement":
            declared = [item for item in node.get("declarations", ()) if item]
            value = node.get("initialValue")
            if len(declared) == 1 and value and is_sender(program, value, frozenset(found)):
                found.add(int(declared[0]["id"]))
    return frozenset(found)


def restricts_sender(
    program: Program,
    condition: Node,
    holders: frozenset[int] = frozenset(),
    depth: int = 0,
    own_marks: frozenset[int] = frozenset(),
) -> bool:
    """Whether a condition asks who the caller is: compares the caller with what is recorded, or looks the
    caller up in a table of who may act. How much a caller owns is no such question, and neither is a mark
    that the function itself sets for whoever calls (``own_marks``, ids of state), such as who has claimed."""
    return any(_asks(program, node, holders, depth, own_marks) for node in walk(condition))


def _asks(
    program: Program, node: Node, holders: frozenset[int], depth: int, own_marks: frozenset[int]
) -> bool:
    if kind(node) == "BinaryOperation" and node.get("operator") in _EQUALITY:
        left, right = node.get("leftExpression"), node.get("rightExpression")
        for one, other in ((left, right), (right, left)):
            if is_sender(program, one, holders) and not _anybodys(program, other, holders):
                return True
    if kind(node) == "IndexAccess" and is_sender(program, node.get("indexExpression"), holders):
        return _names_role(node) and reference(root(node)) not in own_marks
    if kind(node) == "FunctionCall":
        passed = [is_sender(program, argument, holders) for argument in arguments(node)]
        target = program.callee(node)
        if any(passed) and target is None and type_text(node) == "bool":
            return True  # another contract is asked, such as an access manager
        if target is not None and depth < _DEEPEST:
            given = frozenset(
                int(parameter["id"])
                for parameter, is_caller in zip(target.parameters, passed, strict=False)
                if is_caller
            )
            return type_text(node) != "" and _answers(program, target, given, depth + 1)
    return False


def _anybodys(program: Program, node: Node | None, holders: frozenset[int]) -> bool:
    """Whether the caller is compared with what says nothing: itself, 0, tx.origin, a parameter."""
    node = bare(node)
    if is_sender(program, node, holders) or kind(node) == "Literal":
        return True
    declared = program.nodes.get(reference(node) or -1, NOTHING)
    scope = program.nodes.get(declared.get("scope", -1), NOTHING)
    if kind(node) != "Identifier" or kind(declared) != "VariableDeclaration":
        return False
    given = (scope.get("parameters") or NOTHING).get("parameters", ())
    return kind(scope) == "FunctionDefinition" and declared in given


def _names_role(node: Node) -> bool:
    """A table of who may act holds flags, addresses or levels; balances are amounts."""
    if type_text(node) in ("bool", "address", "address payable") or "enum " in type_text(node):
        return True
    return any(word in name_of(root(node)).lower() for word in _ROLES)


def _answers(program: Program, function: Function, given: frozenset[int], depth: int) -> bool:
    """Whether a function asks who the caller is, in a check or in what it returns."""
    holders = holders_of(program, function, given)
    conditions: list[Node] = []
    for node in function.inside:
        if kind(node) == "IfStatement":
            conditions.append(node.get("condition") or NOTHING)
        elif kind(node) == "Return" and node.get("expression"):
            conditions.append(node["expression"])
        elif kind(node) == "FunctionCall":
            named = name_of(called(node))
            if named in ("require", "assert") and arguments(node):
                conditions.append(arguments(node)[0])
            elif program.callee(node) is not None:
                conditions.append(node)
    return any(restricts_sender(program, condition, holders, depth) for condition in conditions)


def is_restricted(program: Program, function: Function, effect: Effect | None = None) -> bool:
    """Whether only chosen callers get as far as an effect (or into the function at all)."""
    marks = frozenset(
        each.variable
        for each in effects_of(program, function)
        if each.what == "write"
        and kind(bare(each.node)) == "IndexAccess"
        and is_sender(program, bare(each.node).get("indexExpression"))
    )
    return any(
        before.what == "check"
        and (effect is None or together(before, effect))
        and restricts_sender(program, before.node, _all_holders(program, function, before.function), 0, marks)
        for before in until(program, function, effect)
    )


def _all_holders(program: Program, outer: Function, inner: Function) -> frozenset[int]:
    """Holders in the function whose text a check stands in, with what its callers pass to it."""
    given: set[int] = set()
    if inner is not outer:
        outer_holders = holders_of(program, outer)
        for caller in (outer, *(function for function, _ in program.modifiers_of(outer))):
            for node in caller.inside:
                if program.callee(node) is inner:
                    for parameter, argument in zip(inner.parameters, arguments(node), strict=False):
                        if is_sender(program, argument, outer_holders):
                            given.add(int(parameter["id"]))
    return holders_of(program, inner, frozenset(given))


def until(program: Program, function: Function, effect: Effect | None) -> list[Effect]:
    """The effects of a function that come before one of them; all without one."""
    found = effects_of(program, function)
    if effect is None:
        return found
    for place, each in enumerate(found):
        if each.node is effect.node and each.what == effect.what:
            return found[:place]
    return found


def happens_once(program: Program, function: Function) -> bool:
    """Whether a check on state that the function itself settles lets it through only once.

    A library's initialiser keeps what it settles where no variable names it; a project's own is looked into.
    """
    if any(
        not modifier.own and modifier.name in ("initializer", "reinitializer")
        for modifier, _ in program.modifiers_of(function)
    ):
        return True
    found = effects_of(program, function)
    for place, effect in enumerate(found):
        if effect.what != "check":
            continue
        asked = {reference(node) for node in walk(effect.node) if kind(node) == "Identifier"}
        later = {each.variable for each in found[place:] if each.what == "write"}
        if asked & later and not _is_amount(effect.node):
            return True
    return False


def _is_amount(condition: Node) -> bool:
    """Whether a condition looks a caller's amount up: it holds again for the next caller."""
    return any(kind(node) == "IndexAccess" for node in walk(condition))


def is_locked(program: Program, function: Function, call: Effect, found: list[Effect] | None = None) -> bool:
    """Whether a call to another contract stands under a lock: state that is asked before it, set to another
    value before it, and set again after it."""
    if any(_is_trusted_lock(modifier) for modifier, _ in program.modifiers_of(function)):
        return True
    found = found if found is not None else effects_of(program, function)
    place = next((n for n, each in enumerate(found) if each.node is call.node), len(found))
    asked: set[int] = set()
    set_before: set[int] = set()
    for effect in found[:place]:
        if not together(effect, call):
            continue
        if effect.what == "check":
            asked |= {reference(node) or 0 for node in walk(effect.node)} & program.state.keys()
            asked |= _asked_inside(program, effect.node)
        elif effect.what == "write" and kind(bare(effect.node)) == "Identifier" and effect.variable in asked:
            set_before.add(effect.variable)
    set_after = {effect.variable for effect in found[place + 1 :] if effect.what == "write"}
    return any(_is_flag(program.state[variable]) for variable in set_before & set_after)


def _is_trusted_lock(modifier: Function) -> bool:
    """A library's lock may keep its state where no variable names it. A project's own name proves nothing."""
    return not modifier.own and modifier.name.lower() == "nonreentrant"


def _asked_inside(program: Program, condition: Node) -> set[int]:
    """State that functions called in a condition look at."""
    return {
        reference(node) or 0
        for call in walk(condition)
        if (target := program.callee(call)) is not None
        for node in target.inside
    } & program.state.keys()


def _is_flag(declared: Node) -> bool:
    return type_text(declared).split(" ")[0] in ("bool", "uint256", "uint8", "bytes32", "enum", "uint")
