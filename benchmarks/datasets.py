"""Reading the evaluation data. The project never depends on it being there."""

from __future__ import annotations

import gzip
import hashlib
import json
import marshal
import sys
from pathlib import Path
from typing import Any

from models.evaluation.formats.plus import plus_tests_against

DEFAULT_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file, gzipped or not; ends the program with a sentence if it is not there."""
    if not path.exists():
        sys.exit(f"The data file {path} is not there: name the folder that holds it with --data DIR.")
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as file:
        return [json.loads(line) for line in file if line.strip()]


def plus_tests_with_answers(row: dict[str, Any]) -> str:
    """A ``check(candidate)`` over a HumanEval+ row's inputs, with the answers written into the tests.

    The reference runs here, in this process and once. Of long answers only a digest is kept: where it does
    not match, the tests ask the reference after all.
    """
    space: dict[str, Any] = {}
    exec(row["prompt"] + row["canonical_solution"], space)
    function = space[row["entry_point"]]
    texts = [json.dumps(given) for given in row["base_input"] + row["plus_input"]]
    return plus_tests_against(row, [answer_text(function(*json.loads(text))) for text in texts], "", "")


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
