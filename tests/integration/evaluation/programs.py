"""A suite of easy tasks and a recorded model that solves half of them."""

from __future__ import annotations

import json
from pathlib import Path

SAMPLES, PROBLEMS = 4, 4
PROGRAM = "from api.cli.main import app; app()"


def plant(folder: Path) -> None:
    """Write ``suite.jsonl`` and ``model.jsonl``."""
    _suite(folder / "suite.jsonl")
    _model(folder / "model.jsonl")


def _suite(path: Path) -> None:
    rows = [
        {
            "task_id": f"T/{number}",
            "prompt": f"def add{number}(a, b):\n    '''Add {number}.'''\n",
            "entry_point": f"add{number}",
            "canonical_solution": f"    return a + b + {number}\n",
            "test": f"def check(candidate):\n    assert candidate(1, 2) == {3 + number}\n",
        }
        for number in range(PROBLEMS)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def _model(path: Path) -> None:
    """Half of the answers are right; each is another text, so that each is judged."""
    rows = []
    for number in range(PROBLEMS):
        good, bad = f"return a + b + {number}", f"return a - b - {number}"
        answers = [
            f"```python\ndef add{number}(a, b):\n    x = {place}\n    {bad if place % 2 else good}\n```"
            for place in range(SAMPLES)
        ]
        rows.append({"contains": f"Add {number}.", "completions": answers, "repeat": True})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
