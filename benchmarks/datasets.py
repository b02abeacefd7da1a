"""Reading the evaluation data. The project never depends on it being there."""

from __future__ import annotations

import gzip
import json
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

    The expected value of each input is the reference solution's, as in the evalplus package; floats agree
    within the row's ``atol``, and ``find_zero`` is judged by the polynomial's value at the root.
    """
    inputs = json.dumps(row["base_input"] + row["plus_input"])
    reference = row["prompt"] + row["canonical_solution"]
    compare = "abs(poly(*given, got)) <= 1e-4" if row["entry_point"] == "find_zero" else "_same(got, want)"
    return f"""
import copy, json
{row["test"].replace("def check(", "def _base_check(")}
{reference}
_INPUTS = json.loads({inputs!r})

def _same(got, want, atol={row["atol"] or 1e-6!r}):
    if isinstance(want, float) or isinstance(got, float):
        return got == want or abs(got - want) <= atol
    if isinstance(want, (list, tuple)) and isinstance(got, (list, tuple)):
        return len(got) == len(want) and all(_same(a, b) for a, b in zip(got, want))
    return got == want

def check(candidate):
    _base_check(candidate)
    for given in _INPUTS:
        want = {row["entry_point"]}(*copy.deepcopy(given))
        got = candidate(*copy.deepcopy(given))
        assert {compare}, f"{{given!r}}: {{got!r}} != {{want!r}}"
"""
