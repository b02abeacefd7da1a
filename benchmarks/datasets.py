"""Reading the evaluation data. The project never depends on it being there."""

from __future__ import annotations

import gzip
import hashlib
import json
import marshal
import sys
from pathlib import Path
from typing import Any

DEFAULT_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file, gzipped or not; ends the program with a sentence if it is not there."""
    if not path.exists():
        sys.exit(f"The data file {path} is not there: name the folder that holds it with --data DIR.")
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as file:
        return [json.loads(line) for line in file if line.strip()]


def plus_tests(row: dict[str, Any]) -> str:
    """A ``check(candidate)`` over a HumanEval+ row's own inputs, beside its base tests.

    The expected value of each input is the reference solution's, computed by the tests themselves.
    """
    return _plus_tests(
        row, [], row["test"].replace("def check(", "def _base_check("), "_base_check(candidate)"
    )


def plus_tests_with_answers(row: dict[str, Any]) -> str:
    """The same, over the inputs alone, with the reference's answers written into the tests.

    The reference runs here, in this process and once. Of long answers only a digest is kept: where it does
    not match, the tests ask the reference after all.
    """
    space: dict[str, Any] = {}
    exec(row["prompt"] + row["canonical_solution"], space)
    function = space[row["entry_point"]]
    texts = [json.dumps(given) for given in row["base_input"] + row["plus_input"]]
    return _plus_tests(row, [answer_text(function(*json.loads(text))) for text in texts], "", "")


def _plus_tests(row: dict[str, Any], answers: list[str], base: str, call: str) -> str:
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


def answer_text(value: Any) -> str:
    """A reference's answer as JSON, with what JSON does not tell apart in objects of one key."""
    text = json.dumps(_tagged(value))
    if len(text) <= _MAX_ANSWER:
        return text
    return json.dumps({"digest": hashlib.blake2b(marshal.dumps(value, 2), digest_size=20).hexdigest()})


def _tagged(value: Any) -> Any:
    if type(value) is list:
        return [_tagged(part) for part in value]
    if type(value) is tuple:
        return {"tuple": [_tagged(part) for part in value]}
    if type(value) is int and abs(value) >= 2**4000:
        return {"int": hex(value)}
    if type(value) is dict:
        return {"dict": [[_tagged(key), _tagged(part)] for key, part in value.items()]}
    return value


_MAX_ANSWER = 4000  # characters
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
