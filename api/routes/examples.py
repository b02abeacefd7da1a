"""Requests that the API documentation shows and lets people try."""

from __future__ import annotations

from fastapi.openapi.models import Example

TASKS: dict[str, Example] = {
    "python": Example(
        summary="Python with tests",
        value={
            "language": "python",
            "instruction": "Write a function `median(numbers)` that returns the median of a list of numbers.",
            "tests": {
                "files": [
                    {
                        "path": "test_median.py",
                        "content": (
                            "from solution import median\n\n\n"
                            "def test_odd():\n    assert median([3, 1, 2]) == 2\n\n\n"
                            "def test_even():\n    assert median([4, 1, 2, 3]) == 2.5\n"
                        ),
                    }
                ]
            },
            "budget": {"attempts": 5, "samples": 4, "seconds": 120},
        },
    ),
    "python-without-tests": Example(
        summary="Python without tests",
        description="Judged by what there is: syntax, import, doctests and scanners.",
        value={"instruction": "Write a function `slugify(title)` for URLs."},
    ),
    "solidity": Example(
        summary="Solidity",
        description="Judged by the compiler and by symbolic execution.",
        value={
            "language": "solidity",
            "instruction": (
                "Write a contract `Vault` in which every account can deposit and withdraw its own ether, "
                "safe against reentrancy."
            ),
            "budget": {"attempts": 3, "samples": 2, "seconds": 600},
        },
    ),
}
