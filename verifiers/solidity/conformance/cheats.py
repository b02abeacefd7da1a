"""Who called the test machine's cheat codes: our tests may, a contract under test may not. Pure.

A contract that calls them could end a test early, answer in another's place or rewrite storage. Every run
that counts is in the traces, because the tests draw their inputs themselves instead of having forge run them
again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from verifiers.domain import Value

CHEAT_CODES = "0x7109709ecfa91a80626ff3989d68f67f5b1dd12d"


class Traced(Value):
    """What the traces of a run establish.

    Attributes:
        cheated: ``suite:test`` -> the first cheat code, as four bytes in hex, not called by the test itself.
        untraced: Tests that ran to an end and of which there is no trace.
    """

    cheated: Mapping[str, str] = {}
    untraced: tuple[str, ...] = ()


def look(report: Mapping[str, Any]) -> Traced:
    """Read the traces of a report that was made with them.

    Args:
        report: Suite -> results, as :func:`verifiers.solidity.testing.forge_output.report` gives it.
    """
    cheated: dict[str, str] = {}
    untraced: list[str] = []
    for suite, results in report.items():
        for signature, result in results["test_results"].items():
            name = f"{suite}.{signature.partition('(')[0]}"
            phases = result.get("traces") or []
            if result.get("status") != "Skipped" and not any(phase == "Execution" for phase, _ in phases):
                untraced.append(name)
            for _, arena in phases:
                foreign = next(_foreign(arena.get("arena") or []), None)
                if foreign is not None:
                    cheated.setdefault(name, foreign)
    return Traced(cheated=cheated, untraced=tuple(untraced))


def _foreign(nodes: list[dict[str, Any]]) -> Iterator[str]:
    own = str(nodes[0]["trace"]["address"]).lower() if nodes else ""
    for node in nodes:
        trace = node["trace"]
        if str(trace["address"]).lower() == CHEAT_CODES and str(trace["caller"]).lower() != own:
            yield str(trace.get("data") or "")[2:10]
