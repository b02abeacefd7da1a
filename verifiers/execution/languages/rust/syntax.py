"""Rust source as trees, and the words that keep their meaning whatever a candidate declares."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import tree_sitter
import tree_sitter_rust
from tree_sitter import Node

_NAME = re.compile(r"(r#)?[A-Za-z_][A-Za-z0-9_]*")
_LITERAL = re.compile(
    r"""-?[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9]+)?([iu](8|16|32|64|128|size)|f32|f64)?
    |-?0x[0-9a-fA-F_]+ | 0b[01_]+ | 0o[0-7_]+ | true | false
    |"([^"\\]|\\[nrt0"'\\])*" | '([^'\\]|\\[nrt0"'\\])'""",
    re.VERBOSE,
)
CRATES = ("rand", "regex", "md5")
STD_ROOTS = ("std", "core", "alloc")
# What every module sees without an import. A candidate's item of such a name never gets into the tests.
PRELUDE = frozenset(
    (
        *("Option", "Some", "None", "Result", "Ok", "Err", "Vec", "String", "Box", "drop", "Iterator"),
        *("ToString", "ToOwned", "Clone", "Copy", "Send", "Sync", "Sized", "Drop", "Fn", "FnMut", "FnOnce"),
        *("Eq", "PartialEq", "Ord", "PartialOrd", "Default", "AsRef", "AsMut", "Into", "From", "TryFrom"),
        *("TryInto", "FromIterator", "IntoIterator", "Extend", "DoubleEndedIterator", "ExactSizeIterator"),
        *("i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"),
        *("f32", "f64", "bool", "char", "str", "Debug", "Hash"),
        *STD_ROOTS,
        *CRATES,
    )
)
STD_MACROS = frozenset(
    (
        *("assert", "assert_eq", "assert_ne", "debug_assert", "debug_assert_eq", "debug_assert_ne", "panic"),
        *("matches", "vec", "format", "print", "println", "eprint", "eprintln", "write", "writeln", "dbg"),
        *("todo", "unreachable", "unimplemented", "include_str", "include_bytes", "include", "env", "cfg"),
        *("concat", "stringify", "line", "column", "file", "module_path", "option_env", "thread_local"),
        *("compile_error", "format_args", "try", "macro_rules", "offset_of", "addr_of", "ready", "pin"),
    )
)


@functools.cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_rust.language())


def parse(source: str) -> Node:
    """The tree of a source file."""
    return tree_sitter.Parser(_language()).parse(source.encode()).root_node


def text(node: Node | None) -> str:
    """What a node spans; empty for no node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def is_name(word: str) -> bool:
    """Whether a word is an identifier that a compiler reads as one, so that it can stand in made-up code."""
    return _NAME.fullmatch(word) is not None


def is_literal(word: str) -> bool:
    """Whether a word is a literal that cannot be read in any other way."""
    return _LITERAL.fullmatch(word) is not None


def named(node: Node) -> list[Node]:
    """The named children without comments."""
    return [child for child in node.named_children if not child.type.endswith("comment")]


def with_attributes(body: Node) -> Iterator[tuple[Node, list[Node]]]:
    """The items of a block or file, each with the attributes in front of it."""
    waiting: list[Node] = []
    for child in named(body):
        if child.type == "attribute_item":
            waiting.append(child)
        else:
            yield child, waiting
            waiting = []


def attribute_name(item: Node) -> str:
    """``derive`` of ``#[derive(Debug)]``."""
    inner = next((child for child in item.named_children if child.type == "attribute"), None)
    return text(inner.named_children[0]) if inner is not None and inner.named_children else ""


def attribute_words(item: Node) -> tuple[str, ...]:
    """``Debug`` and ``Clone`` of ``#[derive(Debug, Clone)]``."""
    inner = next((child for child in item.named_children if child.type == "attribute"), None)
    arguments = inner.child_by_field_name("arguments") if inner is not None else None
    return tuple(re.findall(r"[A-Za-z_]\w*", text(arguments)))


def is_for_tests(attributes: list[Node]) -> bool:
    """Whether an item is there only for ``cargo test``."""
    return any(attribute_name(item) == "cfg" and "test" in attribute_words(item) for item in attributes)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))
