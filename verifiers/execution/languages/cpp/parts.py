"""Members of structs that tests pass by pointer are marked, so that what lies beside them stays there."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from verifiers.execution.languages.cpp.exports import Exports
from verifiers.execution.languages.cpp.syntax import parse, text_of

DECLARED = """
#ifdef __cplusplus
extern "C"
#endif
void acrisol_part(const volatile void*, __SIZE_TYPE__);
"""


def with_parts_marked(source: str, exports: Exports, *, c: bool) -> str:
    """The test source in which ``f(case.input)`` tells that the argument is that member and no more.

    A pointer would otherwise carry the whole object that it leads into, and tables of tests keep what they
    expect beside what they give. The lines stay the same.
    """
    places: dict[str, set[int]] = {}
    for call in exports.calls:
        if call.function is not None:
            texts = [part.named("") for part in call.function.parameters]
            pointers = {at for at, text in enumerate(texts) if "*" in text or "[" in text}
            places.setdefault(call.function.name, set()).update(pointers)
    raw = source.encode()
    marks = sorted(_marks(parse(source, c=c).root_node, places), key=lambda mark: mark[0], reverse=True)
    for start, end, member in marks:
        argument = raw[start:end].decode()
        marked = f"(acrisol_part(&({member}), sizeof({member})), {argument})"
        raw = raw[:start] + marked.encode() + raw[end:]
    return raw.decode()


def _marks(node: Node, places: dict[str, set[int]]) -> Iterator[tuple[int, int, str]]:
    """Start and end of an argument, and the member that it leads into; none inside another."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        marked: set[int] = set()
        if current.type == "call_expression":
            function = current.child_by_field_name("function")
            arguments = current.child_by_field_name("arguments")
            name = text_of(function).split(".")[-1].split(">")[-1].split(":")[-1]
            if arguments is not None and name in places:
                for at, argument in enumerate(_listed(arguments)):
                    member = _member(argument) if at in places[name] else None
                    if member is not None:
                        marked.add(argument.id)
                        yield argument.start_byte, argument.end_byte, text_of(member)
                waiting.extend(child for child in arguments.children if child.id not in marked)
                continue
        waiting.extend(current.children)


def _listed(arguments: Node) -> list[Node]:
    return [child for child in arguments.named_children if child.type != "comment"]


def _member(argument: Node) -> Node | None:
    """``a.b`` of ``a.b``, ``&a.b``, ``&a.b[i]`` and ``a.b + i``; None where no member is named."""
    current: Node | None = argument
    while current is not None:
        if current.type == "field_expression":
            calls = any(kind in text_of(current) for kind in "()")
            return None if calls else current
        if current.type not in ("pointer_expression", "subscript_expression", "binary_expression",
                                "parenthesized_expression"):  # fmt: skip
            return None
        if current.type == "pointer_expression" and not text_of(current).startswith("&"):
            return None
        inner = current.child_by_field_name("argument") or current.child_by_field_name("left")
        current = inner or (current.named_children[0] if current.named_children else None)
    return None
