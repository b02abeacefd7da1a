"""What the grammars call the statements through which data flows; read by :mod:`.flow`.

These are the names that the reference implementation (the package ``codebleu``) uses, also where the grammars
have others by now: for C and C++ it takes those of C#, and few of them exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from verifiers.domain import Language


@dataclass(frozen=True)
class Rules:
    """Kinds of nodes.

    Attributes:
        defining: A variable is made, from a value or none; ``define_fields`` says where both stand.
        define_places: Where they stand among the children, if not in fields.
        assigning: ``left`` gets a value from ``right``.
        counting: A variable is changed in place.
        branching: A condition with one or two ways on, and the word between these.
        clauses: Where the other ways are nodes of their own below the condition.
        looping: A loop whose ``loop_head`` comes once, and all after it again.
        loop_head: See ``looping``.
        loop_update: A field of the head that comes again, too.
        repeating: A loop that is gone through twice.
        iterating: A loop over a collection; ``iterate_fields`` names the variable and the collection.
        first: Children that come before the others, whatever stands first.
        pairwise: Several variables get several values one by one.
        outer_stays: After a condition, what held before it may still hold.
    """

    defining: frozenset[str] = frozenset()
    define_fields: tuple[str, str] = ("name", "value")
    define_places: tuple[int, int] | None = None
    assigning: frozenset[str] = frozenset()
    counting: frozenset[str] = frozenset()
    branching: frozenset[str] = frozenset(["if_statement", "else"])
    clauses: frozenset[str] = frozenset()
    looping: frozenset[str] = frozenset(["for_statement"])
    loop_head: str = ""
    loop_update: str = ""
    repeating: frozenset[str] = frozenset(["while_statement"])
    iterating: frozenset[str] = frozenset()
    iterate_fields: tuple[str, str] = ("left", "right")
    first: frozenset[str] = frozenset()
    pairwise: bool = False
    outer_stays: bool = False


_PYTHON = Rules(
    defining=frozenset(["default_parameter"]),
    assigning=frozenset(["assignment", "augmented_assignment", "for_in_clause"]),
    branching=frozenset(["if_statement"]),
    clauses=frozenset(["elif_clause", "else_clause"]),
    looping=frozenset(),
    iterating=frozenset(["for_statement"]),
    first=frozenset(["for_in_clause"]),
    pairwise=True,
)
_JAVA = Rules(
    defining=frozenset(["variable_declarator"]),
    assigning=frozenset(["assignment_expression"]),
    counting=frozenset(["update_expression"]),
    loop_head="local_variable_declaration",
    iterating=frozenset(["enhanced_for_statement"]),
    iterate_fields=("name", "value"),
)
_SCRIPT = Rules(
    defining=frozenset(["variable_declarator"]),
    assigning=frozenset(["assignment_pattern", "augmented_assignment_expression"]),
    counting=frozenset(["update_expression"]),
    loop_head="variable_declaration",
    outer_stays=True,
)
_GO = Rules(
    defining=frozenset(["var_spec"]),
    assigning=frozenset(["assignment_statement"]),
    counting=frozenset(["inc_statement"]),
    loop_head="for_clause",
    loop_update="update",
    repeating=frozenset(),
    outer_stays=True,
)
_C_LIKE = Rules(assigning=frozenset(["assignment_expression"]))
# As there, a function's value are its parameters and its body is not looked at: scores would else differ from
# everybody's.
_RUST = Rules(
    defining=frozenset(["function_item"]),
    define_places=(1, 2),
    assigning=frozenset(["assignment_expression", "compound_assignment_expr"]),
    branching=frozenset(["if_expression", "match_expression", "else"]),
    looping=frozenset(["for_expression"]),
    repeating=frozenset(["while_expression", "loop_expression"]),
)
RULES = {
    Language.PYTHON: _PYTHON,
    Language.JAVA: _JAVA,
    Language.JAVASCRIPT: _SCRIPT,
    Language.TYPESCRIPT: _SCRIPT,
    Language.GO: _GO,
    Language.C: _C_LIKE,
    Language.CPP: _C_LIKE,
    Language.RUST: _RUST,
}
