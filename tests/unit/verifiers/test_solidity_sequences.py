"""From Mythril's transactions to sequences that an attack can be built from."""

from __future__ import annotations

from typing import Any

import pytest

from verifiers.domain import Finding, Location, Severity, Status, Verdict
from verifiers.solidity.exploring import sequences
from verifiers.solidity.exploring.sequences import (
    KEY,
    MOST,
    MOST_CHARS,
    Role,
    Step,
    TransactionSequence,
    as_evidence,
    bounded,
    sequence_of,
    sequences_of,
)

ATTACKER, DEPLOYER = "0x" + "deadbeef" * 5, "0x" + "affe" * 10
FINDING = Finding(
    rule="SWC-105", message="m", severity=Severity.HIGH, location=Location(path="A.sol", line=7)
)


def step(**facts: Any) -> dict[str, Any]:
    return {"origin": ATTACKER, "function": "take()", "calldata": "0x159090BD", "value": "0x0", **facts}


def issue(*steps: dict[str, Any], **facts: Any) -> dict[str, Any]:
    deployed = {"origin": DEPLOYER, "creates": True, "calldata": "", "value": "0xa"}
    return {"tx_sequence": [deployed, *steps], **facts}


def test_roles_data_value_and_balances_are_those_of_the_transactions() -> None:
    balances = {DEPLOYER: hex(10**21), ATTACKER: "0x1", "0x5": "0x2"}
    given = issue(step(arguments=["1", "2"], function="f(uint8,uint8)"), balances=balances)
    found = sequence_of(given, FINDING, "A.sol", "A")
    assert found is not None
    assert [each.caller for each in found.steps] == [Role.DEPLOYER, Role.ATTACKER]
    assert found.steps[0] == Step(caller=Role.DEPLOYER, creates=True, value=10)
    assert found.steps[1].calldata == "0x159090bd"
    assert found.balances == {Role.DEPLOYER: 10**21, Role.ATTACKER: 1, Role.CONTRACT: 2}
    assert found.text.splitlines() == [
        "1. the deployer deploys the contract with 10 wei",
        "2. the attacker calls f(1, 2)",
    ]


def test_a_sequence_comes_back_from_a_verdict_whatever_became_of_its_finding() -> None:
    found = sequence_of(issue(step(value=hex(2**255))), FINDING, "A.sol", "A")
    assert found is not None
    verdict = Verdict(
        verifier="mythril", status=Status.FAILED, summary="s", evidence={KEY: as_evidence([found])}
    )
    again = Verdict.model_validate_json(verdict.model_dump_json())
    changed = FINDING.model_copy(update={"anchor": "0" * 16, "severity": Severity.LOW})
    assert sequences_of(again, changed) == (found,)
    assert sequences_of(again, FINDING.model_copy(update={"rule": "SWC-106"})) == ()
    elsewhere = Location(path="A.sol", line=8)
    assert sequences_of(again, FINDING.model_copy(update={"location": elsewhere})) == ()
    assert sequences_of(verdict.model_copy(update={"evidence": {}}), FINDING) == ()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"tx_sequence": []},
        issue(*[step()] * 8),
        issue(step(origin="0x5")),  # nobody sends from there
        issue(step(calldata="0x1")),
        issue(step(calldata="0xzz")),
        issue(step(value="0x1" + "0" * 64)),
        issue(step(value="-0x1")),
        issue(step(origin="banana")),
        issue(step(), balances={ATTACKER: "banana"}),
        issue({"creates": False}),
    ],
)
def test_what_cannot_be_carried_out_is_no_sequence(given: dict[str, Any]) -> None:
    assert sequence_of(given, FINDING, "A.sol", "A") is None


def test_a_start_from_any_state_is_said_to_be_one() -> None:
    found = sequence_of(issue(step(), any_state=True), FINDING, "A.sol", "A")
    assert found is not None
    assert found.any_state
    assert "may or may not be reachable" in found.text


def test_evidence_is_bounded_and_every_weakness_comes_before_a_second_way_to_one() -> None:
    def of(rule: str, data: int) -> TransactionSequence:
        steps = (Step(caller=Role.ATTACKER, calldata="0x" + "00" * data),)
        return TransactionSequence(rule=rule, severity=Severity.HIGH, path="A.sol", contract="A", steps=steps)

    assert bounded([of("a", 1), of("a", 1), of("a", 2), of("b", 1)]) == (of("a", 1), of("b", 1), of("a", 2))
    assert len(bounded(of(str(number), 1) for number in range(2 * MOST))) == MOST
    long = [of(str(number), 5000) for number in range(MOST)]
    assert 0 < sum(each.size for each in bounded(long)) <= MOST_CHARS
    assert sequences.MOST_CHARS < 2**20
