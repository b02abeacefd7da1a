"""Functions and types of a candidate, read from their nodes in the syntax tree."""

from __future__ import annotations

import re
from dataclasses import replace

from tree_sitter import Node

from verifiers.execution.languages.cpp.declared import (
    LITERAL,
    Class,
    Declared,
    Function,
    Other,
    Parameter,
    checked_type,
)
from verifiers.execution.languages.cpp.syntax import KEYWORDS, text_of

_WRAPPERS = ("pointer_declarator", "reference_declarator")
_UNCOPIED = re.compile(r"\b(unique_ptr|mutex|thread|future|promise|atomic\w*|[io]?fstream|unique_lock)\b")
_NAMES = ("identifier", "field_identifier", "operator_name", "type_identifier")


def read_function(node: Node, scope: tuple[str, ...], *, owner: str = "") -> Function | None:
    """A function's declaration or definition; None where the node is none that can be repeated.

    Args:
        node: A declaration.
        scope: The namespaces that it stands in.
        owner: The class that it is a member of.
    """
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type in _WRAPPERS:
        inner = declarator.child_by_field_name("declarator")
        declarator = inner if inner is not None else declarator.named_children[-1]
    if declarator is None or declarator.type != "function_declarator":
        return None
    named = declarator.child_by_field_name("declarator")
    listed = declarator.child_by_field_name("parameters")
    if named is None or named.type not in _NAMES or listed is None:
        return None
    name = re.sub(r"\s+", "", text_of(named))
    if name in KEYWORDS or name.startswith("acrisol"):
        return None
    result = _result(node, declarator, constructor=bool(owner) and name == owner)
    read = _parameters(listed)
    if result is None or read is None:
        return None
    parameters, defaults = read
    words = [text_of(child) for child in node.children]
    qualifiers = [text_of(child) for child in declarator.children]
    return Function(
        name, scope, result, parameters, defaults, static="static" in words, const="const" in qualifiers
    )


def _result(node: Node, declarator: Node, *, constructor: bool) -> str | None:
    raw = node.text or b""
    before = raw[: declarator.start_byte - node.start_byte].decode("utf-8", "replace")
    trailing = next((child for child in declarator.children if child.type == "trailing_return_type"), None)
    if trailing is not None:
        before = text_of(trailing).removeprefix("->")
    before = re.sub(r"__attribute__\s*\(\(.*?\)\)", " ", before)
    result = checked_type(before)
    if result is None or (not result and not constructor):
        return None
    return result


def _parameters(listed: Node) -> tuple[tuple[Parameter, ...], int] | None:
    found: list[Parameter] = []
    defaults = 0
    for child in listed.named_children:
        if child.type == "comment":
            continue
        if child.type not in ("parameter_declaration", "optional_parameter_declaration"):
            return None
        cut = cut_declarator(child)
        if cut is None:
            return None
        found.append(cut)
        defaults += child.type == "optional_parameter_declaration"
    if len(found) == 1 and found[0].named("") == "void":
        return (), 0
    names = {text_of(name) for child in listed.named_children if (name := _name_in(child)) is not None}
    if any(names & set(re.findall(r"\w+", part.after)) and "(" not in part.after for part in found):
        return None  # an array whose size is another parameter
    return tuple(found), defaults


def cut_declarator(node: Node) -> Parameter | None:
    """A declaration of one thing, cut around its name; None if it cannot be repeated."""
    default = node.child_by_field_name("default_value")
    end = default.start_byte - node.start_byte if default is not None else len(node.text or b"")
    raw = (node.text or b"")[:end]
    named = _name_in(node)
    if named is not None:
        start = named.start_byte - node.start_byte
        before, after = raw[:start], raw[start + len(named.text or b"") :]
    elif b"(*)" in raw:
        before, _, after = raw.partition(b"(*)")
        before, after = before + b"(*", b")" + after
    else:
        before, bracket, after = raw.partition(b"[")
        after = bracket + after
    tail = re.sub(r"\s+", " ", after.decode("utf-8", "replace")).strip().rstrip("=;").strip()
    tail = re.sub(r"^\[[^\]]*\]", "[]", tail) if node.type.endswith("parameter_declaration") else tail
    head, checked_tail = checked_type(before.decode("utf-8", "replace")), checked_type(tail)
    if not head or checked_tail is None:
        return None
    return Parameter(head, checked_tail)


def _name_in(node: Node) -> Node | None:
    """The name that a declaration gives, if any."""
    current = node.child_by_field_name("declarator")
    while current is not None:
        if current.type in ("identifier", "field_identifier"):
            return current
        inner = current.child_by_field_name("declarator")
        if inner is None:
            inner = next(
                (c for c in current.named_children if c.type.endswith("declarator") or c.type in _NAMES), None
            )
        current = inner
    return None


def read_type(
    node: Node, scope: tuple[str, ...], found: Declared, *, name: str = "", anonymous: bool = False
) -> None:
    """Add a struct, class or enumeration that has a body."""
    own = node.child_by_field_name("name")
    name = name or text_of(own)
    body = node.child_by_field_name("body")
    if body is None:
        return
    if not name.isidentifier() or node.type == "union_specifier" or name in KEYWORDS:
        found.uncertain.add(name)
    elif node.type == "enum_specifier":
        _enumeration(node, body, scope, name, found)
    else:
        made = _class(node, body, scope, name, found)
        made = replace(made, anonymous=anonymous)
        found.classes.append(made)
        found.order.append(made)


def _enumeration(node: Node, body: Node, scope: tuple[str, ...], name: str, found: Declared) -> None:
    items: list[str] = []
    for child in body.named_children:
        if child.type != "enumerator":
            continue
        value = text_of(child.child_by_field_name("value")).strip()
        if value and not re.fullmatch(r"[-+]?[\w' ()<+|-]*", value):
            found.uncertain.add(name)
            return
        items.append(text_of(child.child_by_field_name("name")) + (f" = {value}" if value else ""))
    head = "enum class" if re.match(r"enum\s+(class|struct)\b", text_of(node)) else "enum"
    base = checked_type(text_of(node.child_by_field_name("base")))
    under = f" : {base}" if base else ""
    other = Other(name, scope, f"{head} {name}{under} {{ {', '.join(items)} }};", kind="enum")
    found.others.append(other)
    found.order.append(other)


def _class(node: Node, body: Node, scope: tuple[str, ...], name: str, found: Declared) -> Class:
    public = node.type == "struct_specifier"
    made = Class(name, scope, bases=_bases(node))
    made = replace(made, closed=bool(made.bases), copied=_UNCOPIED.search(text_of(body)) is None)
    for child in body.named_children:
        if child.type == "access_specifier":
            public = text_of(child).startswith("public")
        elif child.type == "friend_declaration":
            inner = next(
                (c for c in child.named_children if c.type in ("declaration", "function_definition")), None
            )
            function = read_function(inner, scope) if inner is not None else None
            if function is not None:
                found.functions.append(function)
        elif child.type in ("field_declaration", "function_definition", "declaration"):
            made = _member(child, made, public=public)
        elif child.type not in ("comment",):
            made = replace(made, closed=True, lost=made.lost or public)
    return made


def _bases(node: Node) -> tuple[str, ...]:
    clause = next((child for child in node.children if child.type == "base_class_clause"), None)
    if clause is None:
        return ()
    said = re.sub(r"\b(public|protected|private|virtual)\b", " ", text_of(clause).lstrip(":"))
    return tuple(re.sub(r"\s+", "", part) for part in said.split(","))


def _member(node: Node, made: Class, *, public: bool) -> Class:
    text = text_of(node)
    abstract = bool(re.search(r"\)\s*(const)?\s*(noexcept)?\s*(override)?\s*=\s*0\s*;$", text))
    if re.match(r"\s*(virtual\b.*)?~", text) or re.search(r"\bvirtual\b", text.partition("(")[0]):
        made = replace(made, closed=True, abstract=made.abstract or abstract)
        if "~" in text.partition("(")[0]:
            return made
    if _is_function(node):
        return _add_method(node, made, text) if public else replace(made, closed=True)
    if not public or re.match(r"\s*(static|inline static)\b", text):
        return replace(made, closed=True, lost=made.lost or public)
    return _add_fields(node, made)


def _is_function(node: Node) -> bool:
    current = node.child_by_field_name("declarator")
    while current is not None and current.type in _WRAPPERS:
        current = current.named_children[-1]
    if current is None:
        return node.type == "function_definition"
    if current.type == "operator_cast":
        return True
    inner = current.child_by_field_name("declarator")
    return current.type == "function_declarator" and inner is not None and inner.type in _NAMES


def _add_method(node: Node, made: Class, text: str) -> Class:
    function = read_function(node, made.scope, owner=made.name)
    if re.search(r"=\s*delete\s*;$", text):
        default = function is not None and function.name == made.name and not function.parameters
        copies = function is not None and bool(function.parameters)
        return replace(
            made,
            closed=True,
            deleted_default=made.deleted_default or default,
            copied=made.copied and not copies,
        )
    if function is None or (function.name == "operator=" and not function.result):
        return made
    if function.name == made.name:
        own = [re.sub(r"\bconst\b|[&\s]", "", part.named("")) for part in function.parameters]
        if own == [made.name]:  # copies are made as the class makes them, on its own side
            return replace(made, closed=made.closed or not text.rstrip().endswith("default;"))
        return replace(made, constructors=(*made.constructors, function))
    if function.name == "operator=":
        return replace(made, closed=True)
    return replace(made, methods=(*made.methods, function))


def _add_fields(node: Node, made: Class) -> Class:
    kind = node.child_by_field_name("type")
    if kind is not None and kind.child_by_field_name("body") is not None:
        return replace(made, closed=True, lost=True)
    head = text_of(kind)
    qualifiers = [text_of(child) for child in node.children if child.type == "type_qualifier"]
    value = text_of(node.child_by_field_name("default_value")).strip()
    if value and not LITERAL.fullmatch(value):
        return replace(made, closed=True, lost=True)
    fields: list[tuple[Parameter, str, str]] = []
    for declarator in node.children_by_field_name("declarator"):
        named = _name_in_declarator(declarator)
        if named is None:
            return replace(made, closed=True, lost=True)
        start = named.start_byte - declarator.start_byte
        raw = declarator.text or b""
        before = checked_type(" ".join((*qualifiers, head, raw[:start].decode("utf-8", "replace"))))
        after = checked_type(raw[start + len(named.text or b"") :].decode("utf-8", "replace"))
        name = text_of(named)
        if before is None or after is None or name in KEYWORDS or "&" in before or "const" in qualifiers:
            return replace(made, closed=True, lost=True)
        fields.append((Parameter(before, after), name, value))
    return replace(made, fields=(*made.fields, *fields))


def _name_in_declarator(node: Node) -> Node | None:
    current: Node | None = node
    while current is not None:
        if current.type == "field_identifier":
            return current
        inner = current.child_by_field_name("declarator")
        if inner is None:
            inner = next(
                (c for c in current.named_children if "declarator" in c.type or c.type == "field_identifier"),
                None,
            )
        current = inner
    return None
