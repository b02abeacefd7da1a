"""How many known weaknesses of contracts does an audit find, and does it let the mended and the sound pass?

Three collections: SmartBugs-curated (143 weak contracts, beside the stored results of 13 tools), its patched
pairs, and thirty contracts of our own that are sound. Every contract is audited as ``acrisol audit`` does it:
the product's verifiers, its policy, its deadline. A contract counts as found where any finding is of its kind
of weakness, as it is counted for the other tools; what blocks is counted beside it. A line counts as found
where a finding of that kind lies on it.

``--tools patterns,slither,semgrep`` leaves Mythril out; what is not named of the four does not run.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agent.settings import AgentSettings
from agent.verifier_wiring import open_verifiers
from benchmarks.datasets import DEFAULT_DATA
from benchmarks.report import finish, machine, progress, table
from benchmarks.solidity_audits import Seen, audited
from benchmarks.solidity_data import CATEGORIES, Contract, Pair, clean, curated, others, patched
from verifiers.audit_values import DEADLINE_S
from verifiers.verifier import Verifier

FOUND, MENDED, MOST_BLOCKED = 0.85, 0.75, 1
MOST_S, MEDIAN_S = 2.0, 15.0  # beyond the deadline; of the median
_TOOLS = {"patterns": "solidity-patterns", "slither": "slither", "semgrep": "semgrep", "mythril": "mythril"}
_PARTS = ("curated", "patched", "clean")
_CASES = ((True, False), (True, True), (False, False), (False, True))
Audits = Callable[[Sequence[tuple[str, str]]], list[Seen]]  # of names and texts
Item = TypeVar("Item")


def main() -> int:
    """Print the tables; 0 if every goal of the parts that ran is reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--tools", default=",".join(_TOOLS), help=f"of {', '.join(_TOOLS)}")
    parser.add_argument("--parts", default=",".join(_PARTS), help=f"of {', '.join(_PARTS)}")
    parser.add_argument("--sample", type=int, default=0, help="every so many contracts only, spread evenly")
    parser.add_argument("--deadline", type=float, default=DEADLINE_S, help="seconds of one audit")
    parser.add_argument("--jobs", type=int, default=1, help="audits at a time; their times count for one")
    given = parser.parse_args()
    tools, parts = given.tools.split(","), given.parts.split(",")
    for name, known in [*((tool, _TOOLS) for tool in tools), *((part, _PARTS) for part in parts)]:
        if name not in known:
            parser.error(f"there is no '{name}': use one of {', '.join(known)}.")
    left_out = {verifier for tool, verifier in _TOOLS.items() if tool not in tools}
    with open_verifiers(AgentSettings()) as everything:
        verifiers = [each for each in everything if each.name not in left_out]
        print(f"{machine()}; {', '.join(tools)}, deadline {given.deadline:g} s\n", flush=True)
        return _report(given, parts, verifiers)


def _report(given: argparse.Namespace, parts: Sequence[str], verifiers: Sequence[Verifier]) -> int:
    times: list[float] = []
    said: list[str] = []
    reached: list[bool] = []

    def one(contract: tuple[str, str]) -> Seen:
        progress(f"{len(times)} audits, {contract[0]}")
        seen = audited(*contract, verifiers, given.deadline)
        times.append(seen.seconds)
        return seen

    def audit(contracts: Sequence[tuple[str, str]]) -> list[Seen]:
        with ThreadPoolExecutor(given.jobs) as pool:
            return list(pool.map(one, contracts))

    if "curated" in parts:
        share, line = _curated(given.data, _spread(curated(given.data), given.sample), audit)
        said.append(line)
        reached.append(share >= FOUND)
        reached.append(max(times) <= given.deadline + MOST_S and statistics.median(times) <= MEDIAN_S)
        said.append(
            f"audits median {statistics.median(times):.1f} s, longest {max(times):.1f} s "
            f"(goal {MEDIAN_S:.0f} and {given.deadline + MOST_S:g})"
        )
    if "patched" in parts:
        share, line = _patched(_spread(patched(given.data), given.sample), audit)
        said.append(line)
        reached.append(share >= MENDED)
    if "clean" in parts:
        blocked, line = _clean(_spread(clean(), given.sample), audit)
        said.append(line)
        reached.append(blocked <= MOST_BLOCKED)
    return finish("; ".join(said), all(reached))


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """Some of the items, evenly spread; all of them for 0."""
    if count <= 0 or count >= len(items):
        return list(items)
    return [items[number * len(items) // count] for number in range(count)]


def _curated(data: Path, contracts: Sequence[Contract], audit: Audits) -> tuple[float, str]:
    stored = others(data)
    rows = list(zip(contracts, audit([(each.name, each.text) for each in contracts]), strict=True))
    tools = sorted({tool for name in stored for tool in stored[name]})
    lines = []
    for category in (*CATEGORIES, "in all"):
        chosen = [row for row in rows if category in (row[0].category, "in all")]
        if chosen:
            lines.append([category, *_counts(chosen)])
    head = ("SmartBugs-curated", "contracts", "found", "found, blocking", "lines", "lines found")
    print(f"{table(head, lines)}\n")
    scores = {"Acrisol": [contract.category in seen.reported for contract, seen in rows]}
    for tool in tools:
        scores[tool] = [contract.category in _said(stored, contract, (tool,)) for contract, _ in rows]
    pair = [tool for tool in tools if tool.startswith(("mythril", "slither"))]
    scores["Mythril and Slither"] = [c.category in _said(stored, c, pair) for c, _ in rows]
    scores[f"any of the {len(tools)}"] = [c.category in _said(stored, c, tools) for c, _ in rows]
    by_tool = sorted(scores.items(), key=lambda item: -sum(item[1]))
    print(table(("tool", "contracts found", "share"), [[n, sum(s), _share(s)] for n, s in by_tool]) + "\n")
    missed = [f"{c.name} ({c.category})" for c, seen in rows if c.category not in seen.reported]
    unfinished = sum(bool(seen.unfinished) for _, seen in rows)
    print(f"Not found: {', '.join(missed) or 'none'}.")
    print(f"Audits in which a verifier did not come to its end: {unfinished} of {len(rows)}.\n")
    share = sum(scores["Acrisol"]) / len(rows)
    return share, f"{share:.1%} of {len(rows)} weak contracts found, goal {FOUND:.0%}"


def _said(
    stored: dict[str, dict[str, frozenset[str]]], contract: Contract, tools: Iterable[str]
) -> frozenset[str]:
    """What some tools reported on a contract."""
    answers = stored.get(contract.name, {})
    return frozenset[str]().union(*(answers.get(tool, frozenset()) for tool in tools))


def _counts(rows: Sequence[tuple[Contract, Seen]]) -> list[int]:
    found = sum(contract.category in seen.reported for contract, seen in rows)
    hard = sum(contract.category in seen.blocking for contract, seen in rows)
    lines = sum(len(contract.lines) for contract, _ in rows)
    hit = sum((contract.category, line) in seen.places for contract, seen in rows for line in contract.lines)
    return [len(rows), found, hard, lines, hit]


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits) / len(hits):.1%}" if hits else "-"


def _patched(pairs: Sequence[Pair], audit: Audits) -> tuple[float, str]:
    before = audit([(pair.name, pair.weak) for pair in pairs])
    after = audit([(pair.name, pair.fixed) for pair in pairs])
    rows = [
        (pair, pair.category in weak.blocking, pair.category in fixed.blocking)
        for pair, weak, fixed in zip(pairs, before, after, strict=True)
    ]
    lines = []
    for category in (*CATEGORIES, "in all"):
        chosen = [(weak, fixed) for pair, weak, fixed in rows if category in (pair.category, "in all")]
        if chosen:
            lines.append([category, len(chosen), *(chosen.count(case) for case in _CASES)])
    head = ("patched pairs", "pairs", "blocked, then not", "blocked in both", "in neither", "only after")
    print(f"{table(head, lines)}\n")
    kept = [pair.name for pair, _, fixed in rows if fixed]
    print(f"Still blocked after the patch: {', '.join(kept) or 'none'}.\n")
    found = [fixed for _, weak, fixed in rows if weak]
    share = found.count(False) / len(found) if found else 0.0
    said = f"{found.count(False)} of {len(found)} pairs let go once mended ({share:.1%}), goal {MENDED:.0%}"
    return share, said


def _clean(contracts: Sequence[tuple[str, str]], audit: Audits) -> tuple[int, str]:
    rows = [(name, seen) for (name, _), seen in zip(contracts, audit(contracts), strict=True)]
    blocked = [(name, seen) for name, seen in rows if seen.blocked_by]
    for name, seen in blocked:
        print(f"Sound and yet blocked: {name} by {', '.join(seen.blocked_by)}.")
    unfinished = [f"{name} ({', '.join(seen.unfinished)})" for name, seen in rows if seen.unfinished]
    print(f"Sound and not wholly looked at: {', '.join(unfinished) or 'none'}.\n")
    return len(blocked), f"{len(blocked)} of {len(rows)} sound contracts blocked, goal {MOST_BLOCKED}"


if __name__ == "__main__":
    raise SystemExit(main())
