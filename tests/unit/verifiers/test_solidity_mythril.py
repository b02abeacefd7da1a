"""From the driver's report to a verdict; the golden reports are recorded from real runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from verifiers.domain import CodingTask, Language, Policy, Severity, Status, Verdict
from verifiers.errors import ToolFailed
from verifiers.solidity.compiling.compiler_output import Contract
from verifiers.solidity.exploring.exploration import findings, parse
from verifiers.solidity.exploring.explorer import Run
from verifiers.solidity.exploring.mythril import judge, order
from verifiers.solidity.swc import weaknesses

GOLDEN = Path(__file__).parents[2] / "golden" / "mythril"
TASK = CodingTask(language=Language.SOLIDITY, instruction="Write the contract.")
NAMES = {
    "selfdestruct": "Till",
    "selfdestruct_fixed": "Till",
    "tx_origin": "Safe",
    "old_reentrancy": "Purse",
    "stillborn": "Never",
    "hard": "Hard",
}


def verdict_on(name: str, task: CodingTask = TASK, text: str | None = None, **result: Any) -> Verdict:
    sources = {"Contract.sol": (GOLDEN / f"{name}.sol").read_text()}
    report = (GOLDEN / f"{name}.jsonl").read_text() if text is None else text
    targets = (Contract(path="Contract.sol", name=NAMES[name], code_bytes=9, functions=()),)
    run = Run(parse(report), isolation="test", **result)
    return judge(task, run, targets, sources, {"complete": False})


def changed(name: str, **facts: Any) -> str:
    """A golden report with some facts of its contract changed."""
    lines = [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text().splitlines()]
    return "".join(
        json.dumps({**line, **facts} if line["kind"] == "contract" else line) + "\n" for line in lines
    )


def test_an_attack_fails_with_its_class_line_and_transactions() -> None:
    verdict = verdict_on("selfdestruct")
    assert verdict.status is Status.FAILED
    assert verdict.evidence["complete"] is True
    [finding] = verdict.findings
    assert (finding.swc, finding.cwe, finding.severity) == ("SWC-106", "CWE-284", Severity.HIGH)
    assert finding.location is not None
    assert (finding.location.line, finding.location.column) == (6, 9)
    assert finding.counterexample is not None
    assert "the attacker calls close(" in finding.counterexample
    assert "owner" in finding.fix


def test_the_fixed_contract_passes() -> None:
    verdict = verdict_on("selfdestruct_fixed")
    assert verdict.status is Status.PASSED
    assert verdict.evidence["complete"] is True


def test_tx_origin_is_raised_to_medium_and_blocks() -> None:
    verdict = verdict_on("tx_origin")
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].swc == "SWC-115"
    assert verdict.findings[0].severity is Severity.MEDIUM


def test_reentrancy_blocks_and_transaction_order_is_only_noted() -> None:
    verdict = verdict_on("old_reentrancy")
    assert verdict.status is Status.FAILED
    severities = {finding.swc: finding.severity for finding in reversed(verdict.findings)}
    assert severities["SWC-107"] is Severity.MEDIUM
    assert all(item.severity is Severity.LOW for item in verdict.findings if item.swc == "SWC-114")
    assert "checks-effects-interactions" in verdict.findings[0].fix


def test_a_finding_below_the_policy_is_listed_and_passes() -> None:
    task = TASK.model_copy(update={"policy": Policy(block_severity=Severity.CRITICAL)})
    verdict = verdict_on("selfdestruct", task)
    assert verdict.status is Status.PASSED
    assert len(verdict.findings) == 1


def test_a_constructor_that_never_ends_is_not_clean() -> None:
    verdict = verdict_on("stillborn")
    assert verdict.status is Status.INCOMPLETE
    assert "constructor" in verdict.summary


def test_time_that_ran_out_is_not_clean() -> None:
    verdict = verdict_on("hard")
    assert verdict.status is Status.INCOMPLETE
    assert "time ran out" in verdict.summary


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"timed_out": True}, "time ran out"),
        ({"lost_queries": 1}, "solver"),
        ({"unknown_instructions": 1}, "unknown instruction"),
        ({"entered": []}, "never entered"),
        ({"created": False}, "constructor"),
        ({"covered": 1}, "of its code"),
    ],
)
def test_each_gap_alone_makes_it_incomplete(facts: dict[str, Any], word: str) -> None:
    verdict = verdict_on("selfdestruct_fixed", text=changed("selfdestruct_fixed", **facts))
    assert verdict.status is Status.INCOMPLETE
    assert verdict.evidence["complete"] is False
    assert word in verdict.summary


def test_a_finding_in_a_partial_exploration_still_fails() -> None:
    verdict = verdict_on("selfdestruct", text=changed("selfdestruct", timed_out=True))
    assert verdict.status is Status.FAILED
    assert verdict.evidence["complete"] is False
    assert "not everything was explored" in verdict.summary


def test_a_crash_of_mythril_says_nothing_about_the_contract() -> None:
    text = changed("selfdestruct_fixed", crash="Traceback ...\nKeyError: 'x'")
    assert verdict_on("selfdestruct_fixed", text=text).status is Status.ERROR


def test_a_report_that_stops_early_is_incomplete() -> None:
    report = (GOLDEN / "selfdestruct_fixed.jsonl").read_text()
    first_line = report[: report.index("\n") + 1]
    cut = first_line + '{"kind": "contr'
    verdict = verdict_on("selfdestruct_fixed", text=cut)
    assert verdict.status is Status.INCOMPLETE
    killed = verdict_on("selfdestruct_fixed", text=cut, memory_exceeded=True, absent_because="more memory")
    assert killed.status is Status.INCOMPLETE
    assert "memory" in killed.summary
    assert killed.evidence["memory_exceeded"] is True


def test_a_contract_that_is_not_in_the_report_is_a_gap() -> None:
    sources = {"Contract.sol": ""}
    targets = tuple(Contract(path="Contract.sol", name=name, code_bytes=9) for name in ("Till", "Other"))
    report = parse((GOLDEN / "selfdestruct_fixed.jsonl").read_text())
    verdict = judge(TASK, Run(report, "test"), targets, sources, {})
    assert verdict.status is Status.INCOMPLETE
    assert "Other" in verdict.summary


def test_an_unlinked_library_is_a_gap() -> None:
    target = Contract(path="Contract.sol", name="Till", code_bytes=9, unlinked=True)
    report = parse((GOLDEN / "selfdestruct_fixed.jsonl").read_text())
    verdict = judge(TASK, Run(report, "test"), (target,), {"Contract.sol": ""}, {})
    assert verdict.status is Status.INCOMPLETE


@pytest.mark.parametrize(
    "line", ["banana", "[]", "{}", "null", '{"kind": "contract"}', '{"kind": "contract", "path": 1}']
)
def test_a_line_that_cannot_be_read_is_the_tools_failure(line: str) -> None:
    with pytest.raises(ToolFailed):
        parse(line + "\n")


def test_an_empty_report_holds_nothing() -> None:
    exploration = parse("")
    assert exploration.contracts == ()
    assert not exploration.versions


def test_the_contract_that_the_others_serve_comes_first() -> None:
    contracts = (
        Contract(path="A.sol", name="Owned", code_bytes=1, bases=1),
        Contract(path="A.sol", name="I", kind="interface"),
        Contract(path="A.sol", name="L", kind="library", code_bytes=80),
        Contract(path="A.sol", name="Vault", code_bytes=1, bases=3),
    )
    assert [contract.name for contract in order(contracts)] == ["Vault", "Owned"]


def test_an_unknown_weakness_is_still_a_finding() -> None:
    issue = {
        "title": "New thing",
        "swc-id": "999",
        "severity": "Odd",
        "description": "Bad.",
        "function": "f()",
    }
    text = changed("selfdestruct", issues=[issue])
    [finding] = findings(parse(text), {"Contract.sol": "contract Till {}"})
    assert (finding.swc, finding.severity) == ("SWC-999", Severity.MEDIUM)
    assert "New thing" in finding.message


def test_every_weakness_says_what_to_do() -> None:
    assert len(weaknesses()) >= 20
    for number, weakness in weaknesses().items():
        assert number.isdigit()
        assert weakness.title
        assert len(weakness.fix) > 10
        assert weakness.cwe is not None
        assert weakness.cwe.startswith("CWE-")
