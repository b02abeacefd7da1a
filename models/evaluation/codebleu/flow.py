"""The part of CodeBLEU that looks at where values come from.

The flow of data is a list of edges: a variable at a place, and the variables at the places from which its
value comes, or is computed (Guo et al. 2021, "GraphCodeBERT", section 3; Ren et al. 2020, section 3.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tree_sitter import Node

from models.evaluation.codebleu.flow_rules import Rules
from models.evaluation.codebleu.grammars import is_token, meaningful

MOST_LEVELS = 150
"""Of a syntax tree whose flow is followed; what is deeper counts as having none."""
MOST_STEPS = 50_000
"""Of following a flow; what takes more counts as having none. Each loop in a loop doubles them, and an
assignment of many to many has an edge for each pair."""

_COPIED = 100  # known variables that are copied in about the time of a step

Known = dict[str, tuple[int, ...]]  # where each variable that is known got its value
Followed = tuple[list["Edge"], Known]
Pattern = tuple[str, str, tuple[str, ...]]


class Edge(NamedTuple):
    """Where one variable's value comes from."""

    name: str
    place: int
    relation: str
    names: tuple[str, ...]
    places: tuple[int, ...]


class _TooLong(Exception):
    """The flow takes more than :data:`MOST_STEPS`."""


class _Token(NamedTuple):
    place: int
    text: str


def flow_match(reference: Sequence[Edge], candidate: Sequence[Edge]) -> tuple[int, int]:
    """How many edges of the reference the candidate has too, names aside, and how many there are."""
    wanted, found = Counter(_patterns(reference)), Counter(_patterns(candidate))
    return (wanted & found).total(), wanted.total()


def flow_of(root: Node, rules: Rules) -> list[Edge]:
    """The edges of a program, in the order of their places; those that lead nowhere are left out.

    None at all where there are more than can be followed: the code is hostile.
    """
    try:
        edges, _ = _Follower(root, rules).follow(root, {})
    except _TooLong:
        return []
    used = {place for edge in edges for place in edge.places}
    used |= {edge.place for edge in edges if edge.names}
    merged: dict[int, Edge] = {}
    for edge in _in_order(edges):
        if edge.place in used:
            before = merged.get(edge.place)
            merged[edge.place] = _joined(before, edge) if before else edge
    return list(merged.values())


def _patterns(edges: Iterable[Edge]) -> list[Pattern]:
    """The edges with names replaced by numbers, in the order in which they first come."""
    numbers: dict[str, str] = {}

    def number(name: str) -> str:
        return numbers.setdefault(name, f"var_{len(numbers)}")

    found = []
    for edge in edges:
        names = tuple(number(name) for name in edge.names)
        found.append((number(edge.name), edge.relation, names))
    return found


class _Follower:
    """Follows data through a tree.

    Args:
        root: The tree.
        rules: Its language's.
    """

    def __init__(self, root: Node, rules: Rules) -> None:
        self._rules = rules
        self._tokens = {_span(token): _Token(place, _text(token)) for place, token in enumerate(_words(root))}
        self._left = MOST_STEPS

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise _TooLong

    def follow(self, node: Node, known: Known) -> Followed:
        """The edges of a node, and what is known after it."""
        self._spend(1 + len(known) // _COPIED)
        rules, kind = self._rules, node.type
        if is_token(node):
            return self._word(node, known)
        if kind in rules.defining:
            return self._define(node, known)
        if kind in rules.assigning:
            return self._assign(node, known)
        if kind in rules.counting:
            names = self._variables(node)
            return self._each_from_each(names, names, "computedFrom", known)
        if kind in rules.branching and node.children:
            return self._branch(node, known)
        if kind in rules.iterating:
            return self._iterate(node, known)
        if kind in rules.repeating:
            return _once(self._all([*meaningful(node), *meaningful(node)], known))
        if kind in rules.looping:
            return self._loop(node, known)
        first = [child for child in meaningful(node) if child.type in rules.first]
        rest = [child for child in meaningful(node) if child.type not in rules.first]
        return self._all([*first, *rest], known)

    def _all(self, nodes: Iterable[Node], known: Known) -> Followed:
        edges: list[Edge] = []
        for node in nodes:
            more, known = self.follow(node, known)
            edges += more
        return _in_order(edges), known

    def _word(self, node: Node, known: Known) -> Followed:
        place, text = self._tokens[_span(node)]
        if node.type == text:  # a sign or a keyword
            return [], known
        if text in known:
            return [Edge(text, place, "comesFrom", (text,), known[text])], known
        if node.type == "identifier":
            known = {**known, text: (place,)}
        return [Edge(text, place, "comesFrom", (), ())], known

    def _define(self, node: Node, known: Known) -> Followed:
        name, value = self._defined(node)
        names = self._variables(name)
        if value is None:
            made = {token.text: (token.place,) for token in names}
            return [Edge(token.text, token.place, "comesFrom", (), ()) for token in names], {**known, **made}
        edges, known = self.follow(value, known)
        more, known = self._each_from_each(names, self._variables(value), "comesFrom", known)
        return _in_order([*edges, *more]), known

    def _defined(self, node: Node) -> tuple[Node | None, Node | None]:
        """What a definition names, and the value."""
        if self._rules.define_places is None:
            name, value = (node.child_by_field_name(field) for field in self._rules.define_fields)
            return name, value
        first, second = self._rules.define_places
        children = meaningful(node)
        return (children[first] if first < len(children) else None), (
            children[second] if second < len(children) else None
        )

    def _assign(self, node: Node, known: Known) -> Followed:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type == "for_in_clause":
            right = node.children[-1]
        if left is None or right is None:
            return [], known
        if self._rules.pairwise:
            lefts, rights = ([left], [right]) if node.type == "for_in_clause" else _paired(left, right)
            return self._assign_pairs(lefts, rights, known)
        edges, known = self.follow(right, known)
        more, known = self._each_from_each(
            self._variables(left), self._variables(right), "computedFrom", known
        )
        return _in_order([*edges, *more]), known

    def _assign_pairs(self, lefts: Sequence[Node], rights: Sequence[Node], known: Known) -> Followed:
        edges, known = self._all(rights, known)
        for left, right in zip(lefts, rights, strict=False):
            values = self._variables(right)
            names, places = tuple(v.text for v in values), tuple(v.place for v in values)
            for token in self._variables(left):
                edges.append(Edge(token.text, token.place, "computedFrom", names, places))
                known = {**known, token.text: (token.place,)}
        return _in_order(edges), known

    def _branch(self, node: Node, known: Known) -> Followed:
        edges: list[Edge] = []
        now, ends, other, has_else = known, list[Known](), False, False
        for child in meaningful(node):
            has_else = has_else or "else" in child.type
            other = child.type in self._rules.clauses or (
                not self._rules.clauses and (other or child.type in self._rules.branching)
            )
            if other:
                more, end = self.follow(child, known)
                ends.append(end)
            else:
                more, now = self.follow(child, now)
            edges += more
        ends.append(now)
        if not has_else or self._rules.outer_stays:
            ends.append(known)
        return _in_order(edges), _either(ends)

    def _loop(self, node: Node, known: Known) -> Followed:
        children = meaningful(node)
        again: list[Node] = []
        heads = [place for place, child in enumerate(children) if child.type == self._rules.loop_head]
        if heads:
            update = children[heads[0]].child_by_field_name(self._rules.loop_update or "update")
            again = [update] if update and self._rules.loop_update else []
            again += children[heads[0] + 1 :]
        edges, known = self._all(children, known)
        more, known = self._all(again, known)
        return _once(([*edges, *more], known))

    def _iterate(self, node: Node, known: Known) -> Followed:
        name, value = (node.child_by_field_name(field) for field in self._rules.iterate_fields)
        body = node.child_by_field_name("body")
        if name is None or value is None:
            return self._all(meaningful(node), known)
        edges: list[Edge] = []
        for _ in range(2):
            if self._rules.pairwise:
                more, known = self._assign_pairs(*_paired(name, value), known)
            else:
                more, known = self.follow(value, known)
                edges += more
                more, known = self._each_from_each(
                    self._variables(name), self._variables(value), "computedFrom", known
                )
            edges += more
            if body is not None and (not self._rules.pairwise or node.children[-1] == body):
                more, known = self.follow(body, known)
                edges += more
        return _once((edges, known))

    def _each_from_each(
        self, names: Sequence[_Token], values: Sequence[_Token], relation: str, known: Known
    ) -> Followed:
        self._spend(len(names) * len(values))
        edges = [
            Edge(name.text, name.place, relation, (value.text,), (value.place,))
            for name in names
            for value in values
        ]
        return edges, {**known, **{name.text: (name.place,) for name in names}}

    def _variables(self, node: Node | None) -> list[_Token]:
        """Words below a node that are no signs or keywords."""
        if node is None:
            return []
        found = ((word, self._tokens[_span(word)]) for word in _words(node))
        return [token for word, token in found if word.type != token.text]


def _paired(left: Node, right: Node) -> tuple[list[Node], list[Node]]:
    """The variables and values of ``a, b = 1, 2``; both as one where their numbers differ."""
    lefts, rights = ([child for child in side.children if child.type != ","] for side in (left, right))
    if len(lefts) != len(rights):
        return [left], [right]
    return lefts or [left], rights or [right]


def _words(root: Node) -> list[Node]:
    found, left = [], [root]
    while left:
        node = left.pop()
        if is_token(node):
            found.append(node)
        else:
            left.extend(reversed(meaningful(node)))
    return found


def _span(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _in_order(edges: Iterable[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: edge.place)


def _joined(one: Edge, other: Edge) -> Edge:
    return one._replace(
        names=tuple(sorted({*one.names, *other.names})),
        places=tuple(sorted({*one.places, *other.places})),
    )


def _once(followed: Followed) -> Followed:
    """A loop's edges, those that came twice joined."""
    edges, known = followed
    found: dict[tuple[str, int, str], Edge] = {}
    for edge in edges:
        key = (edge.name, edge.place, edge.relation)
        found[key] = _joined(found[key], edge) if key in found else edge
    return _in_order(found.values()), known


def _either(ends: Iterable[Mapping[str, tuple[int, ...]]]) -> Known:
    """What is known after several ways on: each variable may have its value from any of them."""
    merged: dict[str, set[int]] = {}
    for end in ends:
        for name, places in end.items():
            merged.setdefault(name, set()).update(places)
    return {name: tuple(sorted(places)) for name, places in merged.items()}
