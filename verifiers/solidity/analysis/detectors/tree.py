"""Reading solc's syntax trees, from 0.4 to the newest. Pure; a node is the JSON object that solc wrote.

What differs between versions is settled here: how Ether and gas are passed to a call, how a constructor or
the fallback function is marked, what ends a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Node = Mapping[str, Any]

NOTHING: Node = {}
_LITERAL = "Literal"
# What solc calls the type of a function -> what calling it does.
_LOW_LEVEL = {
    "t_function_barecall_": "call",
    "t_function_barecallcode_": "callcode",
    "t_function_baredelegatecall_": "delegatecall",
    "t_function_barestaticcall_": "staticcall",
    "t_function_send_": "send",
    "t_function_transfer_": "transfer",
}
_OPTIONS = ("t_function_setvalue_", "t_function_setgas_")


def children(node: Node) -> list[Node]:
    """The nodes directly below a node, in the order of the source."""
    found: list[Node] = []
    for value in node.values():
        if isinstance(value, dict) and "nodeType" in value:
            found.append(value)
        elif isinstance(value, list):
            found += [item for item in value if isinstance(item, dict) and "nodeType" in item]
    return sorted(found, key=start)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the source; not recursive, so that depth does no harm."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting += reversed(children(current))


def kind(node: Node | None) -> str:
    """The node's type; empty for none."""
    return str((node or NOTHING).get("nodeType", ""))


def start(node: Node) -> int:
    """Byte offset in its file."""
    return int(str(node.get("src", "0:0:0")).split(":")[0])


def end(node: Node) -> int:
    """Byte offset behind it."""
    first, length, *_ = str(node.get("src", "0:0:0")).split(":")
    return int(first) + int(length)


def file_index(node: Node) -> int:
    """Number of its file."""
    return int(str(node.get("src", "0:0:-1")).split(":")[2])


def type_id(node: Node | None) -> str:
    """solc's name of an expression's type."""
    described = (node or NOTHING).get("typeDescriptions") or NOTHING
    return str(described.get("typeIdentifier") or "")


def type_text(node: Node | None) -> str:
    """The type as one writes it."""
    described = (node or NOTHING).get("typeDescriptions") or NOTHING
    return str(described.get("typeString") or "")


def points_into_state(declared: Node) -> bool:
    """Whether a local variable or a parameter is a pointer into storage."""
    return type_id(declared).startswith("t_mapping") or type_id(declared).endswith("_storage_ptr")


def bare(node: Node | None) -> Node:
    """An expression without the parentheses and type conversions around it."""
    node = node or NOTHING
    while True:
        if kind(node) == "TupleExpression" and len(node.get("components", ())) == 1:
            node = node["components"][0] or NOTHING
        elif kind(node) == "FunctionCall" and node.get("kind") == "typeConversion" and node.get("arguments"):
            node = node["arguments"][0]
        else:
            return node


def reference(node: Node | None) -> int | None:
    """Id of the declaration that an identifier or a member names."""
    found = (node or NOTHING).get("referencedDeclaration")
    return found if isinstance(found, int) else None


def name_of(node: Node | None) -> str:
    """The name that an identifier or a member says."""
    node = node or NOTHING
    return str(node.get("name") or node.get("memberName") or "")


def dotted(node: Node | None) -> str:
    """``msg.sender``, ``block.timestamp`` and the like; empty for what is no such chain of names."""
    node = bare(node)
    if kind(node) == "Identifier":
        return name_of(node)
    if kind(node) == "MemberAccess":
        inner = dotted(node.get("expression"))
        return f"{inner}.{name_of(node)}" if inner else ""
    return ""


def root(node: Node | None) -> Node:
    """The identifier that an access path starts from: ``users`` in ``users[a].balance``."""
    node = bare(node)
    while True:
        if kind(node) in ("IndexAccess", "IndexRangeAccess"):
            node = bare(node.get("baseExpression"))
        elif kind(node) == "MemberAccess":
            node = bare(node.get("expression"))
        else:
            return node


def called(node: Node) -> Node:
    """What a call calls, behind ``.value()``, ``.gas()`` and ``{value: }``."""
    inner = node.get("expression") or NOTHING
    while True:
        if kind(inner) == "FunctionCallOptions":
            inner = inner.get("expression") or NOTHING
        elif kind(inner) == "FunctionCall" and type_id(inner.get("expression")).startswith(_OPTIONS):
            inner = (inner["expression"] or NOTHING).get("expression") or NOTHING
        elif kind(inner) == "TupleExpression" and len(inner.get("components", ())) == 1:
            inner = inner["components"][0] or NOTHING
        else:
            return inner


def option(node: Node, wanted: str) -> Node | None:
    """What a call is given as ``value`` or ``gas``; None where it is not."""
    inner = node.get("expression") or NOTHING
    while True:
        if kind(inner) == "FunctionCallOptions":
            for name, value in zip(inner.get("names", ()), inner.get("options", ()), strict=False):
                if name == wanted:
                    given: Node = value
                    return given
            inner = inner.get("expression") or NOTHING
        elif kind(inner) == "FunctionCall" and type_id(inner.get("expression")).startswith(_OPTIONS):
            if name_of(inner.get("expression")) == wanted and inner.get("arguments"):
                passed: Node = inner["arguments"][0]
                return passed
            inner = (inner["expression"] or NOTHING).get("expression") or NOTHING
        else:
            return None


def low_level(node: Node) -> str:
    """``call``, ``send``, ``transfer``, ``delegatecall``, ... for a call by address; else empty."""
    if kind(node) != "FunctionCall":
        return ""
    named = type_id(called(node))
    return next((what for prefix, what in _LOW_LEVEL.items() if named.startswith(prefix)), "")


def is_builtin(node: Node, *names: str) -> bool:
    """Whether a node is a call of a function of the language, such as ``require``."""
    if kind(node) != "FunctionCall":
        return False
    function = called(node)
    if kind(function) == "Identifier" and (reference(function) or -1) < 0:
        return name_of(function) in names
    return dotted(function) in names


def receiver(node: Node) -> Node:
    """Whom a call by address goes to."""
    return bare(called(node).get("expression"))


def arguments(node: Node) -> list[Node]:
    """A call's arguments."""
    return [item for item in node.get("arguments", ()) if item]


def literal(node: Node | None) -> str | None:
    """A literal's value as it is written; None for what is none."""
    node = bare(node)
    return str(node.get("value")) if kind(node) == _LITERAL else None


def is_zero(node: Node | None) -> bool:
    """Whether an expression is the literal 0 (also as an address)."""
    said = literal(node)
    return said is not None and said.lower().removeprefix("0x").strip("0") == ""


def ends_path(node: Node | None) -> bool:
    """Whether nothing after a statement is reached."""
    node = node or NOTHING
    if kind(node) in ("Return", "Throw", "RevertStatement", "Break", "Continue"):
        return True
    if kind(node) in ("Block", "UncheckedBlock"):
        return any(ends_path(item) for item in node.get("statements", ()))
    if kind(node) == "IfStatement":
        return ends_path(node.get("trueBody")) and ends_path(node.get("falseBody"))
    return kind(node) == "ExpressionStatement" and _reverts(node.get("expression") or NOTHING)


def reverts(node: Node | None) -> bool:
    """Whether a statement undoes the transaction, whatever comes before in it."""
    node = node or NOTHING
    if kind(node) in ("Throw", "RevertStatement"):
        return True
    if kind(node) in ("Block", "UncheckedBlock"):
        return any(reverts(item) for item in node.get("statements", ()))
    return kind(node) == "ExpressionStatement" and _reverts(node.get("expression") or NOTHING)


def _reverts(expression: Node) -> bool:
    if is_builtin(expression, "revert", "selfdestruct", "suicide"):
        return True
    never = is_builtin(expression, "require", "assert") and arguments(expression)
    return bool(never) and literal(arguments(expression)[0]) == "false"
