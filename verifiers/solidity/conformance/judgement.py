"""From what the suite and the interfaces show to the verdict. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from verifiers.domain import CodingTask, Finding, Severity, Status, Verdict
from verifiers.scanners.conclusion import Gap, Scan
from verifiers.scanners.conclusion import conclude as conclude_scan
from verifiers.solidity.compiling.compilation import Compilation
from verifiers.solidity.conformance.clauses import Clause, clauses
from verifiers.solidity.conformance.exercise import Exercise, Violation
from verifiers.solidity.conformance.layout import moved, versions
from verifiers.solidity.conformance.named import Named, named_in
from verifiers.solidity.conformance.places import place_of
from verifiers.solidity.conformance.plan import Target
from verifiers.solidity.conformance.standards import Standard, interface_of, missing

_UPGRADEABLE = "upgradeable"
_MAX_JOINED = 1_000  # characters of a message to which no further contract is added
# The instruction wants what a clause forbids otherwise: "anybody may mint", "a faucet".
_ALLOWS = (
    r"\b(any(one|body)|everyone|everybody|public(ly)?|open|free(ly)?)\b[^.]{0,40}WORD"
    r"|WORD[^.]{0,40}\b(any(one|body)|everyone|everybody)\b|\b(faucet|mock)\b"
)
# Standards whose interface nothing else has: what shows it and lacks a part of it is broken.
_WHOLE = ("erc-20", "erc-721", "erc-1155", "erc-4626")


def conclude(
    name: str,
    task: CodingTask,
    compilation: Compilation,
    targets: Sequence[Target],
    done: Exercise,
    previous: Compilation | None = None,
) -> Verdict:
    """The verdict.

    Args:
        name: The verifier's registry name.
        task: Its instruction may name standards; its policy says what blocks.
        compilation: The project.
        targets: Its deployable contracts.
        done: What the suite found out.
        previous: The task's own files, where the candidate replaces an upgradeable contract of them.
    """
    named = named_in(task.instruction)
    absent = [
        item
        for item in named
        if not _implements(item.standard, targets) and (item.must or not _uses(item.standard, compilation))
    ]
    findings = [
        *(_violation(item, task, compilation) for item in done.violations),
        *(_absent(item, targets, compilation) for item in absent),
        *(finding for target in targets for finding in _incomplete_interface(target, named, compilation)),
        *_layouts(targets, compilation, previous),
        *(
            _cheating(target, done.cheated[target.name], compilation)
            for target in targets
            if target.name in done.cheated
        ),
    ]
    scan = Scan(
        findings=_joined(findings),
        gaps=_gaps(named, targets, done),
        files=tuple(compilation.project.sources),
        evidence=_evidence(compilation, targets, named, done),
    )
    verdict = conclude_scan(name, task, scan, 0.0)
    return verdict.model_copy(update={"summary": _summary(verdict, targets, done)})


def _evidence(
    compilation: Compilation, targets: Sequence[Target], named: Sequence[Named], done: Exercise
) -> dict[str, JsonValue]:
    return {
        **compilation.evidence,
        "standards": {target.name: [item.title for item in target.standards] for target in targets},
        "named_in_task": [item.standard.title for item in named],
        "passed": list(done.passed),
        "not_exercised": dict(done.unknown),
        "said_nothing": dict(done.skipped),
        "tests": "written by acrisol; their inputs are drawn from a fixed seed",
    }


def _gaps(named: Sequence[Named], targets: Sequence[Target], done: Exercise) -> tuple[Gap, ...]:
    """What broke, and what the task names and could not be exercised."""
    gaps = [Gap(file="", reason=what) for what in done.broken]
    wanted = {test for item in named if item.must for test in item.standard.suite}
    for target in targets:
        for what, why in done.unknown.items():
            contract, _, test = what.partition(": ")
            if contract == target.name and (test in wanted if test else _shows(target, named)):
                gaps.append(Gap(file=target.path, reason=f"{what} could not be exercised: {why}"))
    first = {f"{contract}.{next(iter(rows))}" for contract, rows in clauses().items() if contract in wanted}
    for name, why in done.skipped.items():
        contract, _, test = name.partition(": ")
        if test in first and f"{contract}: {test.partition('.')[0]}" not in done.unknown:
            gaps.append(Gap(file="", reason=f"{name} could not be exercised: {why}"))
    return tuple(gaps)


def _shows(target: Target, named: Sequence[Named]) -> bool:
    return any(item.must and item.standard in target.standards for item in named)


def _implements(standard: Standard, targets: Sequence[Target]) -> bool:
    return any(not missing(standard, target.interface) for target in targets)


def _uses(standard: Standard, compilation: Compilation) -> bool:
    """Whether anything that was compiled, an interface too, has one of the standard's functions."""
    contracts = compilation.output.get("contracts", {}).values()
    return any(
        not standard.functions.keys().isdisjoint(interface_of(contract).functions)
        for by_name in contracts
        for contract in by_name.values()
    )


def _violation(found: Violation, task: CodingTask, compilation: Compilation) -> Finding:
    clause = clauses()[found.contract][found.test]
    return Finding(
        rule=f"conformance.{found.contract.lower()}.{found.test.removeprefix('test_')}",
        message=f"{found.target.name} breaks a rule: {clause.must} ({clause.of}). Seen: {found.seen}.",
        fix=clause.fix,
        severity=_severity(clause, found.target, task.instruction),
        cwe=clause.cwe,
        location=place_of(compilation, found.target.path, found.target.name, clause.at),
        counterexample=found.seen,
    )


def _layouts(
    targets: Sequence[Target], compilation: Compilation, previous: Compilation | None
) -> Iterator[Finding]:
    """Upgradeable contracts whose storage is not where the version before has it."""
    upgradeable = {target.name: target for target in targets if _UPGRADEABLE in _names(target)}
    layouts = {name: _layout(compilation, target) for name, target in upgradeable.items()}
    pairs = [(old, layouts[old], new) for old, new in versions(list(upgradeable))]
    if previous is not None:
        pairs += [
            (f"{name} as it was", _layout(previous, target), name) for name, target in upgradeable.items()
        ]
    for old, layout, new in pairs:
        target = upgradeable[new]
        for what in moved(layout, layouts[new]):
            yield Finding(
                rule=f"conformance.upgrade.storage-layout.{new.lower()}",
                message=f"{new} cannot follow {old} behind a proxy: {what}.",
                fix="Keep all variables in their order and types, and append new ones at the end only.",
                severity=Severity.HIGH,
                cwe="CWE-665",
                location=place_of(compilation, target.path, new, what.partition(" ")[0]),
            )


def _layout(compilation: Compilation, target: Target) -> Mapping[str, Any]:
    contract = compilation.output.get("contracts", {}).get(target.path, {}).get(target.name, {})
    return contract.get("storageLayout") or {}


def _names(target: Target) -> set[str]:
    return {standard.name for standard in target.standards}


def _joined(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those of one rule at one line as one: contracts that inherit a fault share it."""
    joined: dict[str, Finding] = {}
    for finding in findings:
        first = joined.setdefault(finding.fingerprint, finding)
        if first is not finding and len(first.message) < _MAX_JOINED:
            joined[finding.fingerprint] = first.model_copy(
                update={"message": f"{first.message} {finding.message}"}
            )
    return tuple(joined.values())


def _severity(clause: Clause, target: Target, instruction: str) -> Severity:
    """That of the clause, as far as the task does not want it otherwise."""
    if any(standard.name in clause.unless for standard in target.standards):
        return Severity.LOW
    if clause.strict and re.search(clause.strict, instruction, re.IGNORECASE):
        return Severity.MEDIUM
    if clause.open and re.search(_ALLOWS.replace("WORD", clause.open), instruction, re.IGNORECASE):
        return Severity.LOW
    return clause.severity


def _absent(named: Named, targets: Sequence[Target], compilation: Compilation) -> Finding:
    standard = named.standard
    nearest = min(targets, key=lambda target: len(missing(standard, target.interface)), default=None)
    lacks = missing(standard, nearest.interface) if nearest else ("a contract that can be deployed",)
    where = nearest.name if nearest else "The project"
    return Finding(
        rule=f"conformance.{standard.name}.not-implemented",
        message=f"The task asks for {standard.title}, and {where} does not implement it. "
        f"Missing: {'; '.join(lacks[:8])}{f'; and {len(lacks) - 8} more' if len(lacks) > 8 else ''}.",
        fix=f"Add what is missing with exactly these types, or inherit a library's {standard.title}.",
        severity=Severity.HIGH,
        cwe="CWE-573",
        location=place_of(compilation, nearest.path, nearest.name, "") if nearest else None,
    )


def _incomplete_interface(
    target: Target, named: Sequence[Named], compilation: Compilation
) -> tuple[Finding, ...]:
    """What a contract shows in part; what the task names is told by :func:`_absent`."""
    told = {item.standard.name for item in named if item.must}
    found = []
    for standard in target.standards:
        lacks = missing(standard, target.interface)
        if not lacks or standard.name in told:
            continue
        found.append(
            Finding(
                rule=f"conformance.{standard.name}.interface",
                message=f"{target.name} looks like {standard.title} and lacks {'; '.join(lacks[:8])}.",
                fix=f"Add it with exactly these types: callers rely on all of {standard.title}.",
                severity=Severity.MEDIUM if standard.name in _WHOLE else Severity.LOW,
                cwe="CWE-573",
                location=place_of(compilation, target.path, target.name, ""),
            )
        )
    return tuple(found)


def _cheating(target: Target, where: str, compilation: Compilation) -> Finding:
    return Finding(
        rule="conformance.cheat-code",
        message=f"{target.name} calls the cheat codes of the test machine while it is tested: {where}.",
        fix="Remove every call of 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D; only tests may call it.",
        severity=Severity.CRITICAL,
        cwe="CWE-693",
        location=place_of(compilation, target.path, target.name, ""),
    )


def _summary(verdict: Verdict, targets: Sequence[Target], done: Exercise) -> str:
    if verdict.status is Status.INCOMPLETE:
        gaps = verdict.evidence["not_scanned"]
        first = gaps[0] if isinstance(gaps, list) and gaps else None
        return (
            f"Not all was exercised: {first['reason'] if isinstance(first, dict) else 'no reason is known'}."
        )
    if verdict.status is not Status.PASSED:
        return verdict.summary
    shown = [target for target in targets if target.standards]
    if not shown:
        return "No contract shows a standard, so there was nothing to exercise."
    names = ", ".join(dict.fromkeys(item.title for target in shown for item in target.standards))
    said = (
        f"{len(done.passed)} tests of {names} passed"
        if done.passed
        else f"{names}: nothing could be exercised"
    )
    left = f"; not exercised: {', '.join(list(done.unknown)[:3])}" if done.unknown and done.passed else ""
    return f"{said}{left}."
