"""The tests of HumanEval+ and MBPP+, whose rows hold inputs and a reference instead of expected values.

The reference is code out of a file, so it never runs here: it stands in the tests and runs where they do, in
the sandbox.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from typing import Any


def plus_tests(row: dict[str, Any]) -> str:
    """A ``check(candidate)`` over a HumanEval+ row's own inputs, beside its base tests if it has any.

    The expected value of each input is the reference solution's, computed by the tests themselves.
    """
    base = row.get("test", "").replace("def check(", "def _base_check(")
    return plus_tests_against(row, (), base, "_base_check(candidate)" if base else "")


def plus_tests_against(row: dict[str, Any], answers: Sequence[str], base: str, call: str) -> str:
    """The same, with answers that are known already as JSON texts; none leaves them to the reference.

    Args:
        row: Of HumanEval+.
        answers: One for each input, or none at all.
        base: Code that stands before the check.
        call: A statement that the check starts with; may be empty.
    """
    return _PLUS_TESTS.format(
        base=base,
        base_call=call,
        reference=row["prompt"] + row["canonical_solution"],
        name=row["entry_point"],
        inputs="\n".join(json.dumps(given) for given in row["base_input"] + row["plus_input"]),
        answers="\n".join(answers),
        atol=row["atol"] or 1e-6,
        compare="abs(_reference('poly')(*json.loads(text), got)) <= 1e-4"
        if row["entry_point"] == "find_zero"
        else "_is_right(got, text, place)",
    )


def mbpp_plus_tests(row: dict[str, Any]) -> str:
    """A ``check(candidate)`` over the row's inputs, which are lists in the file where the task has tuples."""
    return _MBPP_PLUS_TESTS.format(
        reference=row["canonical_solution"],
        shapes=_shapes(row["assertion"], row["entry_point"]),
        inputs="\n".join(json.dumps(given) for given in [*row["base_input"], *row["plus_input"]]),
        name=row["entry_point"],
        atol=row["atol"] or 1e-6,
        compare="_same_set(got, want)" if row["entry_point"] in _SETS else "_same(got, want)",
    )


def _shapes(assertions: str, name: str) -> str:
    """The arguments of the first call in the row's assertions; empty where they are no literals."""
    for node in ast.walk(ast.parse(assertions)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            try:
                return repr([ast.literal_eval(argument) for argument in node.args])
            except ValueError:
                return "[]"
    return "[]"


# Tasks of MBPP+ whose answers the evalplus package compares as sets.
_SETS = frozenset(
    [
        *("Diff", "common_in_nested_lists", "extract_singly", "find_char_long", "find_dissimilar"),
        *("intersection_array", "larg_nnum", "similar_elements"),
    ]
)
# Floats agree within the row's tolerance, as in the evalplus package; find_zero is judged by the polynomial's
# value at the root.
_PLUS_TESTS = """
import hashlib, json, marshal
{base}
_SOURCE = {reference!r}
_INPUTS = {inputs!r}.split(chr(10))
_ANSWERS = {answers!r}.split(chr(10))
_SPACE = {{}}

def _reference(name):
    if not _SPACE:
        exec(_SOURCE, _SPACE)
    return _SPACE[name]

def _plain(found):
    (kind, part), = found.items()
    made = {{"tuple": tuple, "dict": dict, "int": lambda text: int(text, 16)}}.get(kind)
    return found if made is None else made(part)

_read_answer = json.JSONDecoder(object_hook=_plain).decode

def _same(got, want, atol={atol!r}):
    if isinstance(want, float) or isinstance(got, float):
        return got == want or abs(got - want) <= atol
    if isinstance(want, (list, tuple)) and isinstance(got, (list, tuple)):
        return len(got) == len(want) and all(_same(a, b) for a, b in zip(got, want))
    return got == want

def _want(text):
    return _reference({name!r})(*json.loads(text))

def _is_right(got, text, place):
    if not _ANSWERS[0]:
        return _same(got, _want(text))
    want = _read_answer(_ANSWERS[place])
    if isinstance(want, dict) and "digest" in want:
        try:
            if hashlib.blake2b(marshal.dumps(got, 2), digest_size=20).hexdigest() == want["digest"]:
                return True
        except ValueError:
            pass
        want = _want(text)
    return got == want or _same(got, want)

def check(candidate):
    {base_call}
    for place, text in enumerate(_INPUTS):
        got = candidate(*json.loads(text))
        assert {compare}, f"{{text[:200]}}: {{str(got)[:200]}}"
"""
_MBPP_PLUS_TESTS = """
import json, re
_SPACE = {{}}
exec({reference!r}, _SPACE)
_SHAPES = {shapes}
_INPUTS = {inputs!r}.split(chr(10))

def _shaped(value, shape):
    if isinstance(shape, (list, tuple, set, frozenset)) and isinstance(value, list):
        return type(shape)(_shaped(part, next(iter(shape), part)) for part in value)
    return value

def _read(text):
    given = json.loads(text)
    return [_shaped(value, shape) for value, shape in zip(given, _SHAPES)] if _SHAPES else given

def _same(got, want):
    if isinstance(want, float) and isinstance(got, float):
        return got == want or got != got and want != want or abs(got - want) <= {atol!r}
    if isinstance(want, (list, tuple)) and type(want) is type(got):
        return len(got) == len(want) and all(map(_same, got, want))
    if isinstance(want, re.Match):
        return got is not None and got is not False
    return got == want

def _same_set(got, want):
    return got is not None and set(got) == set(want)

def check(candidate):
    for text in _INPUTS:
        try:
            want = _SPACE[{name!r}](*_read(text))
        except Exception:
            continue
        got = candidate(*_read(text))
        assert {compare}, f"{{text[:200]}}: {{str(got)[:200]}}"
"""
