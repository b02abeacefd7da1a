"""What an attack's run says: harm done, attacker turned away, or nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verifiers.solidity.testing.forge_output import ForgeCase

_CHEATS = "0x7109709ecfa91a80626ff3989d68f67f5b1dd12d"
_CONFIRMED = re.compile(r"confirmed:(\d{1,9}),(\d{1,9}),(\d{1,9})")
_HELD = "held"
_OPEN = re.compile(r"open: ([a-zA-Z0-9 ,';-]{1,200})")
_MOST_CALLS = 400_000


def steps_of(case: ForgeCase) -> tuple[int, int, int] | None:
    """Where the attack did its harm: the numbers of prelude, strike and move; None if it did none."""
    if case.status != "passed":
        return None
    said = [found for line in case.logs if (found := _CONFIRMED.fullmatch(line.strip()))]
    return (int(said[-1][1]), int(said[-1][2]), int(said[-1][3])) if said else (0, 0, 0)


def held(case: ForgeCase) -> bool:
    """Whether the attack was carried out and the attacker was turned away."""
    return case.status == "failed" and case.reason.strip() == _HELD


def why_open(case: ForgeCase) -> str:
    """Why nothing was shown, in our own words; the contract's never get in here."""
    found = _OPEN.fullmatch(case.reason.strip())
    return found[1] if found else "the attack's run broke off"


def cheated(results: Mapping[str, Any]) -> bool | None:
    """Whether code other than the test called the cheat codes; None where the trace does not tell.

    Args:
        results: One test's entry in forge's report with traces.
    """
    calls = _calls(results.get("traces"))
    if calls is None:
        return None
    tests = {str(trace.get("address", "")).lower() for trace in calls if trace.get("depth") == 0}
    if len(tests) != 1:
        return None
    for trace in calls:
        caller, callee = (str(trace.get(key, "")).lower() for key in ("caller", "address"))
        if callee == _CHEATS and caller not in tests:
            return True
        # The test is run by nobody else, and runs nobody's code in its own name.
        if callee in tests and trace.get("depth") != 0 and caller not in tests:
            return True
        if caller in tests and str(trace.get("kind", "")).upper() in ("DELEGATECALL", "CALLCODE"):
            return True
    return False


def _calls(traces: object) -> list[Mapping[str, Any]] | None:
    if not isinstance(traces, list):
        return None
    arenas = [entry[1] for entry in traces if isinstance(entry, list) and entry[:1] == ["Execution"]]
    found = [node.get("trace") for arena in arenas for node in _nodes(arena)]
    if not found or len(found) > _MOST_CALLS or not all(isinstance(trace, dict) for trace in found):
        return None
    return [trace for trace in found if isinstance(trace, dict)]


def _nodes(arena: object) -> Iterator[Mapping[str, Any]]:
    inner = arena.get("arena") if isinstance(arena, dict) and "arena" in arena else arena
    nodes = inner.get("arena") if isinstance(inner, dict) else inner
    yield from nodes if isinstance(nodes, list) else ()
