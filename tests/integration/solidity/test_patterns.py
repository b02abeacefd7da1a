"""The detectors on contracts of all compilers: what is weak is found, and what mended it is left alone."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.integration.solidity.tools import TASK, installed, sandbox_for
from verifiers.domain import Candidate, Finding, Severity, SourceFile, Status
from verifiers.solidity.analysis.detectors.detector import Detector
from verifiers.solidity.analysis.detectors.table import DETECTORS
from verifiers.solidity.analysis.patterns import SolidityPatternsVerifier, scan
from verifiers.solidity.compiling.compilation import Compilation, Compilations
from verifiers.solidity.compiling.project import project_of

PAIRS = Path(__file__).parents[3] / "benchmarks" / "contracts" / "exploitable"
WEAKNESSES = Path(__file__).parent / "weaknesses"
_MARK = re.compile(r"\s*// weak: (?P<rule>\S+)$")
EXPECTED = {
    "auction-push-refund": "blocked-payment",
    "bank-reentrancy": "reentrancy",
    "claims-signature-replay": "signature-replay",
    "escrow-selfdestruct": "unprotected-selfdestruct",
    "forwarder-delegatecall": "foreign-code",
    "implementation-uninitialised": "unprotected-authority",
    "jackpot-timestamp": "weak-randomness",
    "lottery-randomness": "weak-randomness",
    "payout-unchecked-send": "unchecked-call",
    "points-unchecked-underflow": "arithmetic",
    "puzzle-front-run": "front-run-answer",
    "shares-spot-price": "inflatable-shares",
    "staking-token-callback": "reentrancy",
    "ticket-onreceived": "reentrancy",
    "token-batch-overflow": "arithmetic",
    "treasury-open-owner": "unprotected-authority",
    "vault-cross-function": "reentrancy",
    "wallet-constructor-name": "unprotected-authority",
    "wallet-tx-origin": "tx-origin",
}


@pytest.fixture(scope="module")
def compilations() -> Compilations:
    toolchain = installed()
    return Compilations(sandbox_for(toolchain), toolchain)


def by_compiler(side: str) -> dict[str, list[SourceFile]]:
    """The contracts of one side, those together that one compiler compiles."""
    groups: dict[str, list[SourceFile]] = defaultdict(list)
    for path in sorted(PAIRS.glob(f"*/{side}.sol")):
        text = path.read_text()
        minor = re.search(r"pragma solidity \^(0\.\d)", text)
        assert minor
        groups[minor.group(1)].append(SourceFile(path=f"{path.parent.name}.sol", content=text))
    return groups


def blocking(compilations: Compilations, files: list[SourceFile]) -> dict[str, set[str]]:
    made = compilations.compile(project_of(TASK, Candidate(files=tuple(files))), 120)
    assert isinstance(made, Compilation), made
    found = scan(made)
    assert found.gaps == ()
    rules: dict[str, set[str]] = defaultdict(set)
    for finding in found.findings:
        assert finding.location is not None
        if finding.severity.rank >= Severity.MEDIUM.rank:
            rules[finding.location.path.removesuffix(".sol")].add(finding.rule.partition(".")[2])
    return rules


@pytest.mark.parametrize("compiler", ["0.4", "0.5", "0.6", "0.7", "0.8"])
def test_the_weak_one_is_flagged_and_the_mended_one_is_not(compilations: Compilations, compiler: str) -> None:
    weak = by_compiler("vulnerable")[compiler]
    found = blocking(compilations, weak)
    wanted = {name: rule for name, rule in EXPECTED.items() if f"{name}.sol" in {file.path for file in weak}}
    assert wanted
    assert {name: rule in found[name] for name, rule in wanted.items()} == dict.fromkeys(wanted, True)
    assert blocking(compilations, by_compiler("fixed")[compiler]) == {}


@pytest.mark.parametrize("name", ["wraps", "signed"])
def test_marked_lines_are_found_and_no_others(compilations: Compilations, name: str) -> None:
    """A line under ``// weak: RULE`` blocks by that rule; what only looks like a guard changes nothing."""
    path = WEAKNESSES / f"{name}.sol"
    file = SourceFile(path=path.name, content=path.read_text())
    made = compilations.compile(project_of(TASK, Candidate(files=(file,))), 120)
    assert isinstance(made, Compilation), made
    marks = [_MARK.match(line) for line in file.content.splitlines()]
    marked = {(mark["rule"], number + 1) for number, mark in enumerate(marks, 1) if mark}
    rules = {rule for rule, _ in marked}
    found = {
        (finding.rule.partition(".")[2], finding.location.line)
        for finding in scan(made).findings
        if finding.location and finding.severity.rank >= Severity.MEDIUM.rank
    }
    assert {(rule, line) for rule, line in found if rule in rules} == marked


def test_a_finding_names_line_function_and_fix(compilations: Compilations) -> None:
    text = (
        "pragma solidity ^0.8.0;\ncontract A {\n  function f() external {\n"
        "    selfdestruct(payable(msg.sender));\n  }\n}\n"
    )
    candidate = Candidate(files=(SourceFile(path="A.sol", content=text),))
    verdict = SolidityPatternsVerifier(compilations).verify(TASK, candidate, 60)
    assert verdict.status is Status.FAILED
    (finding,) = verdict.findings
    assert isinstance(finding, Finding)
    assert (finding.location and finding.location.line, finding.swc) == (4, "SWC-106")
    assert "A.f" in finding.message
    assert finding.fix


def test_a_detector_that_breaks_is_a_gap(compilations: Compilations, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(program: object) -> list[object]:
        raise KeyError("nodeType")

    detector = Detector(rule="broken", severity=Severity.HIGH, message="m", fix="f", cwe="CWE-1", find=broken)
    monkeypatch.setattr("verifiers.solidity.analysis.patterns.DETECTORS", (*DETECTORS, detector))
    candidate = Candidate(
        files=(SourceFile(path="A.sol", content="pragma solidity ^0.8.0;\ncontract A {}\n"),)
    )
    verdict = SolidityPatternsVerifier(compilations).verify(TASK, candidate, 60)
    assert verdict.status is Status.INCOMPLETE
    assert "broken could not be looked for" in verdict.summary


def test_a_tree_of_an_unknown_form_is_a_gap() -> None:
    project = SimpleNamespace(sources={"A.sol": "x"}, files={"A.sol": "x"})
    answer = SimpleNamespace(
        project=project,
        evidence={},
        output={"sources": {"A.sol": {"ast": {"nodeType": "SourceUnit", "nodes": [7]}}}},
        compiler=SimpleNamespace(version="0.8.0"),
    )
    assert scan(answer).gaps
