"""The types of a candidate's package variables, as far as they are plain to see."""

from __future__ import annotations

from tree_sitter import Node

from verifiers.execution.languages.go.carrying import Carrying
from verifiers.execution.languages.go.declarations import Declarations, Variable
from verifiers.execution.languages.go.source import BASIC, clean, text

_LITERALS = {
    "interpreted_string_literal": "string",
    "raw_string_literal": "string",
    "int_literal": "int",
    "float_literal": "float64",
    "rune_literal": "rune",
    "true": "bool",
    "false": "bool",
}


def variable_type(declared: Declarations, variable: Variable) -> str:
    """The type of a variable, declared or plain to see; empty if it cannot be told or not be carried."""
    carrying = Carrying(declared, set())
    if variable.type is not None:
        return clean(variable.type) if carrying.type(variable.type) else ""
    value = variable.value
    if value is None:
        return ""
    if value.type in _LITERALS:
        return _LITERALS[value.type]
    if value.type == "composite_literal":
        kind = value.child_by_field_name("type")
        return clean(kind) if carrying.type(kind) and "..." not in clean(kind) else ""
    if value.type == "unary_expression" and text(value).startswith("&"):
        inner = value.named_children[0]
        kind = inner.child_by_field_name("type") if inner.type == "composite_literal" else None
        return f"*{clean(kind)}" if carrying.type(kind) else ""
    if value.type == "call_expression":
        return _type_of_call(declared, carrying, value)
    return ""


def _type_of_call(declared: Declarations, carrying: Carrying, value: Node) -> str:
    called = text(value.child_by_field_name("function"))
    package, _, name = called.rpartition(".")
    if (declared.imports.get(package), name) in (("errors", "New"), ("fmt", "Errorf")):
        return "error"
    function = declared.functions.get(called)
    if function and len(function.results) == 1 and carrying.type(function.results[0].type):
        return clean(function.results[0].type)
    return called if called in BASIC or (called in declared.types and carrying.name(called)) else ""
