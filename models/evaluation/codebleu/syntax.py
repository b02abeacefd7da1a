"""The part of CodeBLEU that looks at the shape of the syntax tree."""

from __future__ import annotations

from tree_sitter import Node

from models.evaluation.codebleu.grammars import meaningful

Shapes = dict[tuple[object, ...], int]


def subtree_match(reference: Node, candidate: Node) -> tuple[int, int]:
    """How many sub-trees of the reference the candidate has too, and how many there are.

    Names and values do not count, only kinds of nodes and the fields they stand in (Ren et al. 2020, section
    3.2). Each sub-tree gets a number, the same for the same shape, so that deep trees cost no more.
    """
    shapes: Shapes = {}
    wanted, found = _subtrees(reference, shapes), frozenset(_subtrees(candidate, shapes))
    return sum(shape in found for shape in wanted), len(wanted)


def depth_of(root: Node) -> int:
    """Levels of the tree, without going down by recursion: the code is hostile."""
    deepest, left = 0, [(root, 1)]
    while left:
        node, depth = left.pop()
        deepest = max(deepest, depth)
        left.extend((child, depth + 1) for child in node.children)
    return deepest


def _subtrees(root: Node, shapes: Shapes) -> list[int]:
    """The shapes of the root and of every node below it that has children."""
    found: list[int] = []
    numbers: dict[int, int] = {}
    left: list[tuple[Node, bool]] = [(root, False)]
    while left:
        node, below_done = left.pop()
        children = meaningful(node)
        if not below_done and children:
            left.append((node, True))
            left.extend((child, False) for child in children)
            continue
        shape = (
            node.type,
            node.is_missing,
            *(
                (node.field_name_for_child(place), numbers[child.id])
                for place, child in enumerate(node.children)
                if child.is_named and child.id in numbers
            ),
        )
        numbers[node.id] = shapes.setdefault(shape, len(shapes))
        if children or node.id == root.id:
            found.append(numbers[node.id])
    return found
