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

_COUNTER = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

contract Counter {
    uint256 public number;

    function increase() external {
        number += 1;
    }
}
"""
_COUNTER_TEST = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Test} from "forge-std/Test.sol";
import {Counter} from "../src/Counter.sol";

contract CounterTest is Test {
    function test_increases() public {
        Counter counter = new Counter();
        counter.increase();
        assertEq(counter.number(), 1);
    }
}
"""
AUDITS: dict[str, Example] = {
    "contract": Example(
        summary="One contract",
        value={"files": [{"path": "Counter.sol", "content": _COUNTER}], "deadline_s": 60},
    ),
    "project": Example(
        summary="A Foundry project with its tests",
        description="`libraries` may be left out for packages that Acrisol brings, such as OpenZeppelin.",
        value={
            "name": "counter",
            "files": [{"path": "src/Counter.sol", "content": _COUNTER}],
            "tests": {"files": [{"path": "test/Counter.t.sol", "content": _COUNTER_TEST}]},
            "deadline_s": 120,
        },
    ),
}
WEBHOOKS: dict[str, Example] = {
    "ends": Example(
        summary="Solved and exhausted tasks",
        value={"url": "https://hooks.example.com/acrisol", "kinds": ["task.solved", "task.exhausted"]},
    ),
    "everything": Example(summary="Everything", value={"url": "https://hooks.example.com/acrisol"}),
}
KEYS: dict[str, Example] = {
    "person": Example(summary="For a person or an editor", value={"name": "Ada's editor"}),
    "automation": Example(
        summary="For a CI server, for a quarter",
        value={
            "name": "CI",
            "tenant": "payments",
            "scopes": ["read", "submit"],
            "expires_in_s": 90 * 86_400,
            "max_running": 4,
            "max_queued": 200,
            "per_minute": 120,
        },
    ),
}
FEEDBACK: dict[str, Example] = {
    "accepted": Example(summary="It was of use", value={"verdict": "accepted", "consent": True}),
    "rejected": Example(
        summary="It should have been otherwise",
        value={
            "verdict": "rejected",
            "corrected": [{"path": "solution.py", "content": "def add(a, b):\n    return a + b\n"}],
            "comment": "It added the digits.",
        },
    ),
}
