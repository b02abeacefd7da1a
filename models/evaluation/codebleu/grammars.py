"""The grammars that code is read with."""

from __future__ import annotations

import functools
import importlib
import re

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

from verifiers.domain import Language

_GRAMMARS = {
    Language.PYTHON: ("tree_sitter_python", "language"),
    Language.JAVA: ("tree_sitter_java", "language"),
    Language.JAVASCRIPT: ("tree_sitter_javascript", "language"),
    Language.TYPESCRIPT: ("tree_sitter_typescript", "language_typescript"),
    Language.GO: ("tree_sitter_go", "language"),
    Language.C: ("tree_sitter_c", "language"),
    Language.CPP: ("tree_sitter_cpp", "language"),
    Language.RUST: ("tree_sitter_rust", "language"),
}
# What grammars call a string; its parts are no tokens of their own.
_STRINGS = frozenset(["string_literal", "string", "character_literal"])
# Keywords to which grammars give nodes of their own.
_TYPES = "bool char double float int long short void"
_OTHER_KEYWORDS = {
    Language.PYTHON: "False None True",
    Language.JAVA: "boolean false float int null super this true void",
    Language.JAVASCRIPT: "enum false null super this true",
    Language.TYPESCRIPT: "enum false null super this true void",
    Language.C: f"{_TYPES} false true",
    Language.CPP: f"{_TYPES} char16_t char32_t char8_t false this true wchar_t",
    Language.RUST: "crate mut self Self super",
}
_WORD = re.compile(r"[A-Za-z_]+")


@functools.cache
def grammar_of(language: Language) -> Grammar:
    """The grammar of a language."""
    module, name = _GRAMMARS[language]
    return Grammar(getattr(importlib.import_module(module), name)())


@functools.cache
def keywords_of(language: Language) -> frozenset[str]:
    """The words that have a meaning of their own in a grammar."""
    grammar = grammar_of(language)
    kinds = (
        grammar.node_kind_for_id(kind)
        for kind in range(grammar.node_kind_count)
        if not grammar.node_kind_is_named(kind) and grammar.node_kind_is_visible(kind)
    )
    found = frozenset(kind for kind in kinds if kind and _WORD.fullmatch(kind))
    return found | frozenset(_OTHER_KEYWORDS.get(language, "").split())


def parsed(code: str, language: Language) -> Node:
    """The syntax tree's root; a text with errors has one too."""
    return Parser(grammar_of(language)).parse(code.encode("utf-8", "replace")).root_node


def is_token(node: Node) -> bool:
    """A word, a sign, or a string as a whole."""
    return (not node.children or node.type in _STRINGS) and not says_nothing(node)


def says_nothing(node: Node) -> bool:
    """A comment, or a string that stands alone as Python's docstrings do."""
    if "comment" in node.type:
        return True
    return node.type == "expression_statement" and node.child_count == 1 and node.children[0].type == "string"


def meaningful(node: Node) -> list[Node]:
    """A node's children but those that say nothing."""
    return [child for child in node.children if not says_nothing(child)]
