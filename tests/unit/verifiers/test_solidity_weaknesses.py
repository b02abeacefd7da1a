"""One weakness has one number whoever finds it, so that an audit tells it once."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files

import yaml

from verifiers.domain import Finding, Location, Severity, Status, Verdict
from verifiers.reports.merge import merged
from verifiers.reports.weaknesses import family_of
from verifiers.scanners.rule_pack import load_pack
from verifiers.solidity.analysis.detectors.table import DETECTORS
from verifiers.solidity.analysis.slither_output import checks

# Two faults that the classification calls by one number.
_TWO = {"112": {"CWE-829", "CWE-682"}, "118": {"CWE-284", "CWE-665"}}


def _families() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for detector in DETECTORS:
        found[detector.swc or ""].add(family_of(detector.cwe) or "")
    for check in checks().values():
        found[check.swc or ""].add(family_of(check.cwe) or "")
    for rule in load_pack(frozenset({"solidity"})).rules.values():
        found[(rule.swc or "").removeprefix("SWC-")].add(family_of(rule.cwe) or "")
    mythril = yaml.safe_load(files("verifiers.solidity").joinpath("swc.yaml").read_text())
    for swc, row in mythril.items():
        found[swc].add(family_of(row["cwe"]) or "")
    found.pop("")
    return found


def test_all_tools_give_a_weakness_the_same_cwe() -> None:
    apart = {swc: families for swc, families in _families().items() if len(families) > 1}
    assert apart == _TWO


def test_the_same_reentrancy_of_four_tools_is_told_once() -> None:
    detector = next(each for each in DETECTORS if each.rule == "reentrancy")
    rule = load_pack(frozenset({"solidity"})).rules["solidity.reentrancy"]
    found = {
        "solidity-patterns": ("solidity-patterns.reentrancy", detector.cwe, 12, 12),
        "slither": ("slither.reentrancy-eth", checks()["reentrancy-eth"].cwe, 12, 12),
        "semgrep": (rule.id, rule.cwe, 12, 14),
        "mythril": ("SWC-107", "CWE-841", 12, 12),
    }
    verdicts = [
        Verdict(
            verifier=name,
            status=Status.FAILED,
            summary="s",
            findings=(
                Finding(
                    rule=called,
                    message="m",
                    severity=Severity.HIGH,
                    cwe=cwe,
                    location=Location(path="A.sol", line=line, end_line=end),
                ),
            ),
        )
        for name, (called, cwe, line, end) in found.items()
    ]
    (one,) = merged(verdicts)
    assert set(one.found_by) == set(found)


def test_rules_are_named_once_and_say_what_to_do() -> None:
    names = [detector.rule for detector in DETECTORS]
    assert len(set(names)) == len(names)
    for detector in DETECTORS:
        assert len(detector.fix) > 20, detector.rule
        assert "  " not in detector.message + detector.fix, detector.rule
