"""Reading what a candidate declares from its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from verifiers.execution.languages.cpp import members
from verifiers.execution.languages.cpp.declared import LITERAL, Declared, Other, checked_type
from verifiers.execution.languages.cpp.syntax import parse, text_of


def read_declarations(sources: Sequence[str], *, c: bool) -> Declared:
    """What the sources declare at namespace scope.

    Args:
        sources: Texts of the candidate's files, headers first.
        c: They are C and not C++.
    """
    found = Declared()
    for source in sources:
        tree = parse(source, c=c)
        for node in tree.root_node.children:
            _read(node, (), found)
    return found


def _read(node: Node, scope: tuple[str, ...], found: Declared) -> None:
    kind = node.type
    if kind.startswith("preproc_if") or kind in ("preproc_else", "preproc_elif", "linkage_specification",
                                                 "declaration_list"):  # fmt: skip
        for child in node.children:
            _read(child, scope, found)
    elif kind == "namespace_definition":
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        inner = scope + tuple(text_of(name).split("::")) if name else (*scope, "")
        if body is not None and "" not in inner and inner[0] not in ("std", "acrisol"):
            for child in body.children:
                _read(child, inner, found)
    elif kind == "preproc_include":
        path = node.child_by_field_name("path")
        header = text_of(path)
        if re.fullmatch(r"<[\w./+-]+>", header):
            found.headers.append(header[1:-1])
    elif kind == "using_declaration":
        found.using_std |= re.sub(r"\s+", " ", text_of(node)) == "using namespace std;" and not scope
        single = re.fullmatch(r"using\s+(std\s*::\s*\w+)\s*;", text_of(node))
        if single:
            _add(found, Other(single[1].split(":")[-1].strip(), scope, f"using {single[1]};", kind="using"))
    elif kind == "preproc_def":
        _macro(node, found)
    elif kind == "template_declaration":
        found.templates |= set(re.findall(r"[A-Za-z_]\w*(?=\s*\()", text_of(node).partition("{")[0]))
        found.templates |= set(re.findall(r"\b(?:class|struct)\s+(\w+)\s*(?=[{:;])", text_of(node)))
    elif kind == "alias_declaration":
        alias, target = node.child_by_field_name("name"), node.child_by_field_name("type")
        _alias(found, scope, text_of(alias), checked_type(text_of(target)), "")
    elif kind == "type_definition":
        _typedef(node, scope, found)
    elif kind in ("struct_specifier", "class_specifier", "union_specifier", "enum_specifier"):
        members.read_type(node, scope, found)
    elif kind in ("declaration", "function_definition", "field_declaration"):
        inner_type = node.child_by_field_name("type")
        if inner_type is not None and inner_type.child_by_field_name("body") is not None:
            members.read_type(inner_type, scope, found)
        function = members.read_function(node, scope)
        if function is not None:
            found.functions.append(function)
        elif kind == "declaration":
            _variable(node, scope, found)
        else:
            found.uncertain |= set(re.findall(r"[A-Za-z_]\w*(?=\s*\()", text_of(node).partition("{")[0]))


def _add(found: Declared, other: Other) -> None:
    found.others.append(other)
    found.order.append(other)


def _alias(found: Declared, scope: tuple[str, ...], name: str, before: str | None, after: str) -> None:
    if before is None or not name.isidentifier():
        found.uncertain.add(name)
        return
    words = frozenset(re.findall(r"[A-Za-z_]\w*", before + after))
    _add(found, Other(name, scope, f"typedef {before} {name}{after};", words, "alias"))


def _typedef(node: Node, scope: tuple[str, ...], found: Declared) -> None:
    inner = node.child_by_field_name("type")
    declarators = node.children_by_field_name("declarator")
    if inner is None:
        return
    head = text_of(inner)
    if inner.child_by_field_name("body") is not None:
        tag = inner.child_by_field_name("name")
        own = [d for d in declarators if d.type == "type_identifier"]
        name = text_of(tag) if tag is not None else text_of(own[0]) if own else ""
        members.read_type(inner, scope, found, name=name, anonymous=tag is None)
        word_of = "enum" if inner.type == "enum_specifier" else "struct"
        head = f"{word_of} {name}" if tag is not None else name
        declarators = [d for d in declarators if tag is not None or text_of(d) != name]
    for declarator in declarators:
        named = list(_identifiers(declarator))
        if not named:
            continue
        start = named[0].start_byte - declarator.start_byte
        raw = declarator.text or b""
        before = raw[:start].decode("utf-8", "replace")
        after = raw[start + len(named[0].text or b"") :].decode("utf-8", "replace")
        checked = checked_type(f"{head} {before}")
        if checked_type(after) is None:
            checked = None
        _alias(found, scope, text_of(named[0]), checked, after)


def _identifiers(node: Node) -> Iterator[Node]:
    if node.type in ("identifier", "type_identifier", "field_identifier"):
        yield node
    for child in node.children:
        if child.type != "parameter_list":
            yield from _identifiers(child)


def _macro(node: Node, found: Declared) -> None:
    name = text_of(node.child_by_field_name("name"))
    value = text_of(node.child_by_field_name("value")).strip()
    if value.startswith("(") and value.endswith(")"):
        value = value[1:-1].strip()
    if LITERAL.fullmatch(value):
        _add(found, Other(name, (), value, kind="constant"))


def _variable(node: Node, scope: tuple[str, ...], found: Declared) -> None:
    for declarator in node.children_by_field_name("declarator"):
        named = next(_identifiers(declarator), None)
        if named is None:
            continue
        name = text_of(named)
        value = text_of(declarator.child_by_field_name("value")).strip()
        simple = declarator.child_by_field_name("declarator")
        constant = re.search(r"\b(const|constexpr)\b", text_of(node).partition("=")[0])
        plain = simple is not None and simple.type == "identifier"
        if constant and plain and LITERAL.fullmatch(value):
            _add(found, Other(name, scope, value, kind="constant"))
        else:
            found.variables.add(name)
