"""Mythril started warm, kept results and hard deadlines, beside ``myth analyze`` from the shell.

Each contract goes in turn through: our verifier in a sandbox that starts everything afresh; our verifier in
one that keeps an interpreter which has imported Mythril; the same text once more, which is answered from what
is kept; our verifier with far too little time; and ``myth analyze``. A comment makes the text of each round a
new one. Compiling is part of all of them. What is not exploring (compiling, starting, reporting) is the fixed
cost.

``myth`` is Mythril's own command (``pip install mythril==0.24.8 z3-solver==4.11.2.0``, about 640 MB), from
PATH or ``--myth``. Without it those columns are empty.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.settings import AgentSettings
from agent.verifier_wiring import environments, solidity_toolchain
from benchmarks.audit_cost import myth
from benchmarks.report import finish, machine, progress, table
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Verdict
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult, Sandbox
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.solidity.toolchain import SolidityToolchain

FIXED_S, HIT_S, OVER_S = 1.5, 0.05, 2.0
ENOUGH_S, SHORT_S = 300.0, 2.0
FOLDER = Path(__file__).parents[1] / "tests" / "integration" / "solidity" / "contracts"
EXPLOITABLE = Path(__file__).parent / "contracts" / "exploitable"
CHOSEN = (
    FOLDER / "selfdestruct.sol",
    FOLDER / "selfdestruct_fixed.sol",
    FOLDER / "tx_origin.sol",
    FOLDER / "old_reentrancy.sol",
    EXPLOITABLE / "treasury-open-owner" / "vulnerable.sol",
    EXPLOITABLE / "payout-unchecked-send" / "vulnerable.sol",
)
TASK = CodingTask(language=Language.SOLIDITY, instruction="Write the contract.")


class Measured:
    """A sandbox that adds up the processor time of its jobs."""

    name = "measured"

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.cpu_s = 0.0

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        result = self._inner.run(job)
        self.cpu_s += result.cpu_s or 0.0
        return result

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        return self._inner.run_linked(judge, guest)

    def close(self) -> None:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.close`."""
        self._inner.close()


@dataclass
class Cost:
    """Of one verdict, in seconds.

    Attributes:
        wall_s: From the question to the verdict.
        cpu_s: Processor time of the sandbox and of this process.
        exploring_s: Wall-clock time of the explorations.
        rules: What was found.
    """

    wall_s: float
    cpu_s: float
    exploring_s: float
    rules: tuple[str, ...]


@dataclass
class Row:
    """One contract's rounds."""

    cold: list[Cost] = field(default_factory=list)
    warm: list[Cost] = field(default_factory=list)
    kept: list[Cost] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    theirs: list[tuple[float, float]] = field(default_factory=list)


class Ours:
    """Our verifier with everything it needs, and its costs."""

    def __init__(self, sandbox: Measured, toolchain: SolidityToolchain) -> None:
        self._sandbox = sandbox
        self._verifier = MythrilVerifier(sandbox, toolchain, Compilations(sandbox, toolchain))

    def cost(self, text: str, seconds: float = ENOUGH_S) -> Cost:
        """Judge a text."""
        candidate = Candidate(files=(SourceFile(path="Contract.sol", content=text),))
        before, own, begin = self._sandbox.cpu_s, time.process_time(), time.monotonic()
        verdict = self._verifier.verify(TASK, candidate, seconds)
        wall = time.monotonic() - begin
        cpu = time.process_time() - own + self._sandbox.cpu_s - before
        return Cost(wall, cpu, _exploring(verdict), tuple(sorted({item.rule for item in verdict.findings})))


def _exploring(verdict: Verdict) -> float:
    """Seconds that the explorations of a verdict took; none where they were kept."""
    if verdict.evidence.get("reused"):
        return 0.0
    listed = [verdict.evidence.get("contracts"), verdict.evidence.get("quick_looks")]
    entries = [entry for each in listed if isinstance(each, list) for entry in each]
    seconds = [entry.get("seconds") for entry in entries if isinstance(entry, dict)]
    return sum(each for each in seconds if isinstance(each, int | float))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mythril", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--myth", type=os.path.abspath, default=shutil.which("myth"))
    given = parser.parse_args(arguments)
    settings = AgentSettings()
    toolchain = solidity_toolchain(settings)
    table_of = environments(settings, toolchain)
    newest = settings.tools.expanduser() / "solc" / "bin" / f"solc-v{toolchain.versions[-1]}"
    cold, warm = Measured(Bubblewrap(table_of, warm=False)), Measured(Bubblewrap(table_of))
    rows: dict[str, Row] = {_name(path): Row() for path in CHOSEN}
    try:
        fresh, ready = Ours(cold, toolchain), Ours(warm, toolchain)
        ready.cost(_fresh(CHOSEN[0].read_text()))
        for number in range(given.rounds):
            for path in CHOSEN:
                progress(f"round {number + 1}: {_name(path)}")
                row = rows[_name(path)]
                text, solc = _fresh(path.read_text()), _solc_for(path, newest)
                row.cold.append(fresh.cost(_fresh(text)))
                row.warm.append(ready.cost(text))
                row.kept.append(ready.cost(text))
                row.late_s.append(ready.cost(_fresh(text), SHORT_S).wall_s - SHORT_S)
                if given.myth:
                    spent = myth(given.myth, solc, text)
                    row.theirs.append((spent.wall_s, spent.cpu_s))
    finally:
        cold.close()
        warm.close()
    return _report(rows)


def _name(path: Path) -> str:
    return path.stem if path.parent == FOLDER else path.parent.name


def _fresh(text: str) -> str:
    return f"{text}\n// {time.monotonic_ns()}\n"


def _solc_for(path: Path, newest: Path) -> Path:
    """``myth`` takes the compiler that it finds: one that the contract allows."""
    return newest.with_name("solc-v0.4.26") if "pragma solidity ^0.4" in path.read_text() else newest


def _report(rows: dict[str, Row]) -> int:
    progress("")
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}; wall seconds (CPU seconds), medians\n")
    lines = []
    for name, row in rows.items():
        warm = _median(row.warm)
        fixed = statistics.median(each.wall_s - each.exploring_s for each in row.warm)
        kept = 1000 * statistics.median(each.wall_s for each in row.kept)
        theirs = _pair(*(statistics.median(each) for each in zip(*row.theirs, strict=True))) or "-"
        faster = "-"
        if row.theirs:
            cpu = statistics.median(each[1] for each in row.theirs)
            faster = f"{cpu / warm[1]:.1f}"
        found = ", ".join(row.warm[0].rules) or "nothing"
        cells = (
            _pair(*_median(row.cold)),
            _pair(*warm),
            f"{fixed:.2f}",
            f"{kept:.0f}",
            theirs,
            faster,
            found,
        )
        lines.append([name, *cells])
    head = ("contract", "cold", "warm", "fixed, s", "kept, ms", "myth analyze", "times our CPU", "found")
    print(table(head, lines))
    fixed_s = statistics.median(each.wall_s - each.exploring_s for row in rows.values() for each in row.warm)
    hit_s = max(each.wall_s for row in rows.values() for each in row.kept)
    late_s = max(late for row in rows.values() for late in row.late_s)
    count = sum(len(row.late_s) for row in rows.values())
    headline = (
        f"fixed cost {fixed_s:.2f} s (goal {FIXED_S:g}), kept result at worst {1000 * hit_s:.0f} ms "
        f"(goal {1000 * HIT_S:.0f}), {count} runs with a deadline of {SHORT_S:g} s at worst {late_s:+.2f} s "
        f"past it (goal {OVER_S:g})"
    )
    return finish(headline, fixed_s <= FIXED_S and hit_s <= HIT_S and late_s <= OVER_S)


def _median(costs: Sequence[Cost]) -> tuple[float, float]:
    return statistics.median(each.wall_s for each in costs), statistics.median(each.cpu_s for each in costs)


def _pair(*seconds: float) -> str:
    return f"{seconds[0]:.1f} ({seconds[1]:.1f})" if seconds else ""


if __name__ == "__main__":
    raise SystemExit(main())
