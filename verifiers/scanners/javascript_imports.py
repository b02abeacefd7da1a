"""What JavaScript and TypeScript load from packages: ``import``, ``export from``, ``require``.

Every way that leads to ``require`` other than calling it with text that is written down ends in a name that
is only known when the program runs: :data:`UNKNOWN`, for the verifier to say that it could not look it up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

UNKNOWN = ""
_LOCAL = re.compile(r"[./~#]|@/|[a-z][a-z0-9+.-]*:(?!.*\bnode\b)")
_LOADERS = ("require", "import", "require.resolve")
# Its parts by which nothing is loaded in another way.
_OF_REQUIRE = frozenset({"resolve", "main", "cache", "extensions", "ensure", "context"})
_LONGEST = 400  # bytes of an expression that is looked into; a package's name has at most 214 characters
_DEEPEST = 20  # parentheses in each other; `require` in more of them counts as handed on
_SAME_VALUE = frozenset(
    {"parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression"}
    | {"instantiation_expression"}
)
_PATHS = re.compile(r"__dirname\b|(?:\w+\.)?(?:join|resolve)\(\s*__dirname\b|require\.resolve\(")
# Where the mere name `require` says nothing of what is loaded.
_NOT_A_VALUE = frozenset({"unary_expression", "formal_parameters", "required_parameter", "catch_clause"})


def packages_of(node: Node) -> Iterator[str]:
    """The packages that one node of a tree loads, as their registry knows them, or :data:`UNKNOWN`."""
    if node.type in ("import_statement", "export_statement", "import_require_clause"):
        source = node.child_by_field_name("source")
        if source is not None:
            yield from _package(_written(source))
    elif node.type == "call_expression":
        yield from _called(node)
    elif node.type == "identifier" and _text(node) == "require" and _leads_away(node):
        yield UNKNOWN


def _called(node: Node) -> Iterator[str]:
    called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if called is None or given is None:
        return
    name = _short(_bare(called))
    if name in _LOADERS or re.fullmatch(r"[\w.]+(?:\.require|\[[\"'`]require[\"'`]\])", name):
        first = next((item for item in given.named_children if item.type != "comment"), None)
        if first is not None:
            yield from _package(_written(first))
    elif name.split(".")[-1] == "createRequire" and not _is_named_require(node):
        yield UNKNOWN


def _package(name: str | None) -> Iterator[str]:
    if name is None:
        yield UNKNOWN
    elif name and not _LOCAL.match(name.removeprefix("node:")):
        parts = name.split("/")
        yield "/".join(parts[:2]) if name.startswith(("@", "node:")) else parts[0]


def _written(node: Node) -> str | None:
    """The text that an expression stands for, as far as it says which package; None if it does not say."""
    node = _bare(node)
    if node.end_byte - node.start_byte > _LONGEST:
        return None
    if node.type == "string":
        return _text(node)[1:-1]
    if node.type == "template_string":
        text = _text(node)[1:-1]
        made = any(child.type == "template_substitution" for child in node.named_children)
        return text if not made or text.startswith(("./", "../")) else None
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        first, second = (left and _written(left)), (right and _written(right))
        if first is not None and (second is not None or first.startswith(("./", "../"))):
            return first + (second or "")
        return None
    return "./" if _PATHS.match(_text(node)) else None


def _leads_away(name: Node) -> bool:
    """Whether ``require`` is handed on here rather than called, or declared."""
    node, parent = _wrapped(name)
    if parent is None or parent.type in _NOT_A_VALUE:
        return False
    if parent.type == "sequence_expression":
        return not _is_called(parent)
    if parent.type == "member_expression":
        key = parent.child_by_field_name("property")
        return key is not None and _text(key) not in _OF_REQUIRE
    for field in ("function", "name", "key", "parameter", "pattern"):
        if parent.child_by_field_name(field) == node:
            return False
    if parent.type in ("assignment_expression", "assignment_pattern"):
        return parent.child_by_field_name("right") == node
    return parent.type != "expression_statement"


def _is_called(sequence: Node) -> bool:
    node, outer = _wrapped(sequence)
    return outer is not None and outer.child_by_field_name("function") == node


def _wrapped(node: Node) -> tuple[Node, Node | None]:
    """The outermost expression that is this one in parentheses or with a type, and what that stands in."""
    parent = node.parent
    for _ in range(_DEEPEST):  # each step up costs as many as there are above it
        if parent is None or parent.type not in _SAME_VALUE:
            break
        node, parent = parent, parent.parent
    return node, parent


def _is_named_require(call: Node) -> bool:
    parent = call.parent
    named = parent.child_by_field_name("name") if parent and parent.type == "variable_declarator" else None
    return named is not None and _text(named) == "require"


def _bare(node: Node) -> Node:
    """An expression without parentheses, types, and what a comma throws away."""
    while node.type in (*_SAME_VALUE, "sequence_expression") and node.named_children:
        values = [child for child in node.named_children if child.type != "comment"]
        node = values[-1] if node.type == "sequence_expression" else values[0]
    return node


def _short(node: Node) -> str:
    """A node's text if it is short: that of each of many nested calls would take quadratic time."""
    return _text(node) if node.end_byte - node.start_byte <= _LONGEST else ""


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
