"""What the driver in the sandbox reported about each contract, read from its lines. Pure.

The format is told in ``driver/explore.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from verifiers.domain import Finding, Location, Severity, Value
from verifiers.errors import ToolFailed
from verifiers.solidity.compiling.compiler_output import line_and_column
from verifiers.solidity.exploring.sequences import TransactionSequence, bounded, sequence_of
from verifiers.solidity.swc import Weakness, weaknesses
from verifiers.solidity.toolchain import INSTALL_HINT

SEVERITIES = {"High": Severity.HIGH, "Medium": Severity.MEDIUM, "Low": Severity.LOW}
# Contracts explored to their end reach 90 to 99; one whose paths Mythril lost at a `new`, without a word, 56.
MIN_COVERED_PERCENT = 75
_MAX_TEXT = 1500
_FROM_ANY_STATE = "seen in a state of its storage that may not be reachable"


class Explored(Value):
    """One contract's exploration.

    Attributes:
        path: Its file.
        name: Its name.
        issues: As Mythril gives them.
        timed_out: The time ended before the exploration did.
        created: The constructor ran to its end in at least one way; nothing is explored otherwise.
        crash: What Mythril raised; None if nothing.
        lost_queries: Solver queries that got no answer; what asked went on as if the answer were no.
        unknown_instructions: Paths that ended at an instruction Mythril cannot execute.
        approximations: Places where a value was replaced by an unknown one.
        loops_cut: Times that a loop was left at the bound.
        paths_cut: Paths that ended at the depth limit.
        functions: External functions of the contract.
        entered: Those that were entered.
        instructions: Of the deployed code.
        covered: Of those, how many were executed.
        seconds: Wall-clock.
    """

    # More counters may come from a newer driver than this reader.
    model_config = ConfigDict(frozen=True, extra="ignore")

    path: str
    name: str
    issues: tuple[dict[str, Any], ...] = ()
    timed_out: bool = False
    created: bool = False
    crash: str | None = None
    lost_queries: int = 0
    unknown_instructions: int = 0
    approximations: int = 0
    loops_cut: int = 0
    paths_cut: int = 0
    functions: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    instructions: int = 0
    covered: int = 0
    seconds: float = 0.0

    @property
    def covered_percent(self) -> float:
        """Of the deployed code's instructions, those that were executed."""
        return round(100 * self.covered / self.instructions, 1) if self.instructions else 0.0

    def gaps(self) -> tuple[str, ...]:
        """Why this contract does not count as explored, in words; empty if it does."""
        missed = sorted(set(self.functions) - set(self.entered))
        percent = self.covered_percent
        lost = bool(self.instructions) and percent < MIN_COVERED_PERCENT
        stillborn = not (self.created or self.timed_out or self.crash)
        reasons = {
            "the time ran out": self.timed_out,
            "its constructor never came to an end": stillborn,
            f"{self.lost_queries} solver queries got no answer": self.lost_queries > 0,
            f"{self.unknown_instructions} paths met an unknown instruction": self.unknown_instructions > 0,
            f"only {percent:.0f}% of its code was reached": lost,
            f"never entered: {', '.join(missed[:5])}": self.created and bool(missed),
        }
        return tuple(reason for reason, holds in reasons.items() if holds)


class Exploration(Value):
    """The driver's whole report.

    Attributes:
        versions: Tool -> version; empty if the driver never came to work.
        contracts: In the order in which they were explored.
        quick: What the quick looks at them saw; see ``driver/explore.py``.
        ended: The driver came to its own end.
    """

    versions: dict[str, str] = Field(default={})
    contracts: tuple[Explored, ...] = ()
    quick: tuple[Explored, ...] = ()
    ended: bool = False


def parse(text: str) -> Exploration:
    """Read the driver's report, which may stop anywhere if its time did.

    Raises:
        ToolFailed: a complete line of it cannot be read.
    """
    versions: dict[str, str] = {}
    contracts: list[Explored] = []
    quick: list[Explored] = []
    ended = False
    for line in text.split("\n")[:-1]:
        try:
            entry = json.loads(line)
            kind = entry.pop("kind")
            if kind == "start":
                versions = {str(key): str(value) for key, value in entry.items()}
            elif kind == "contract":
                contracts.append(Explored.model_validate(entry))
            elif kind == "quick":
                quick.append(Explored.model_validate(entry))
            elif kind == "end":
                ended = True
        except (ValueError, KeyError, AttributeError, TypeError, ValidationError) as error:
            raise ToolFailed("The Mythril driver's report cannot be read.", INSTALL_HINT) from error
    return Exploration(versions=versions, contracts=tuple(contracts), quick=tuple(quick), ended=ended)


def findings(exploration: Exploration, sources: Mapping[str, str]) -> tuple[Finding, ...]:
    """All issues as findings, the worst first; the same place and weakness once.

    What only a quick look saw is at most low: it starts from a storage that may not be reachable.
    """
    found: dict[tuple[str, Location | None], Finding] = {}
    for finding, _ in _told(exploration, sources):
        key = (finding.rule, finding.location)
        if key not in found or finding.severity.rank > found[key].severity.rank:
            found[key] = finding
    return tuple(sorted(found.values(), key=lambda finding: -finding.severity.rank))


def sequences(exploration: Exploration, sources: Mapping[str, str]) -> tuple[TransactionSequence, ...]:
    """The transactions that lead to the findings, those of the worst first, as far as evidence has room."""
    told = [sequence for _, sequence in _told(exploration, sources) if sequence]
    return bounded(sorted(told, key=lambda each: (each.any_state, -each.severity.rank)))


def _told(
    exploration: Exploration, sources: Mapping[str, str]
) -> Iterator[tuple[Finding, TransactionSequence | None]]:
    reached = set()
    for contract in exploration.contracts:
        for issue in contract.issues:
            finding, sequence = _with_sequence(issue, contract, sources)
            reached.add((finding.rule, finding.location))
            yield finding, sequence
    for contract in exploration.quick:
        for issue in contract.issues:
            finding, sequence = _with_sequence(issue, contract, sources)
            if (finding.rule, finding.location) not in reached:
                lowered = min(finding.severity, Severity.LOW, key=lambda severity: severity.rank)
                message = f"{finding.message} ({_FROM_ANY_STATE})"
                yield finding.model_copy(update={"severity": lowered, "message": message}), sequence


def _with_sequence(
    issue: Mapping[str, Any], contract: Explored, sources: Mapping[str, str]
) -> tuple[Finding, TransactionSequence | None]:
    finding = _finding(issue, contract, sources)
    sequence = sequence_of(issue, finding, contract.path, contract.name)
    if sequence:
        finding = finding.model_copy(update={"counterexample": sequence.text})
    return finding, sequence


def _finding(issue: Mapping[str, Any], contract: Explored, sources: Mapping[str, str]) -> Finding:
    number = str(issue.get("swc-id", ""))
    weakness = weaknesses().get(number, Weakness(title=str(issue.get("title", "Weakness"))))
    severity = SEVERITIES.get(str(issue.get("severity")), Severity.MEDIUM)
    if weakness.at_most and severity.rank > weakness.at_most.rank:
        severity = weakness.at_most
    if weakness.at_least and severity.rank < weakness.at_least.rank:
        severity = weakness.at_least
    where = f"in {contract.name}.{issue.get('function', 'fallback')}"
    head = str(issue.get("description", "")).split("\n")[0][:_MAX_TEXT]
    return Finding(
        rule=f"SWC-{number}" if number else "mythril",
        message=f"{weakness.title} {where}: {head}",
        fix=weakness.fix,
        severity=severity,
        cwe=weakness.cwe,
        swc=f"SWC-{number}" if number else None,
        location=_location(issue, contract, sources),
    )


def _location(issue: Mapping[str, Any], contract: Explored, sources: Mapping[str, str]) -> Location | None:
    """From the byte range that Mythril gives where it has one, else from its line."""
    path = str(issue.get("filename"))
    if path not in sources:
        # Code that the compiler made belongs to the contract as a whole.
        return Location(path=contract.path, line=1) if contract.path in sources else None
    span = str(issue.get("sourceMap", "")).split(":")
    if len(span) >= 2 and span[0].isdigit() and span[1].isdigit():
        start, length = int(span[0]), int(span[1])
        line, column = line_and_column(sources[path], start)
        end_line, _ = line_and_column(sources[path], start + length)
        return Location(path=path, line=line, end_line=end_line, column=column)
    line_number = issue.get("lineno")
    return Location(path=path, line=line_number) if isinstance(line_number, int) and line_number > 0 else None
