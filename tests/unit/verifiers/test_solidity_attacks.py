"""Which attack is chosen, how it is written down, and how its end is read; no tool is run."""

from __future__ import annotations

import re

import pytest

from verifiers.domain import (
    CodingTask,
    Confirmation,
    Finding,
    Language,
    Policy,
    Severity,
    Status,
    Verdict,
)
from verifiers.policy import in_force
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.solidity.confirm.confirmed import after_repeating, decided_again
from verifiers.solidity.confirm.kinds import CONTRACTS, REFUTING, Kind, kinds_for
from verifiers.solidity.confirm.plan import plan_for
from verifiers.solidity.confirm.reading import cheated, held, steps_of, why_open
from verifiers.solidity.confirm.regressions import Repeated
from verifiers.solidity.confirm.render import (
    contract_of,
    is_current,
    standalone,
    template,
    together,
    with_code,
)
from verifiers.solidity.confirm.target import Entry, Target, entries_of
from verifiers.solidity.confirm.values import Hand, constructions, fillings
from verifiers.solidity.confirm.words import told
from verifiers.solidity.testing.forge_output import ForgeCase

TEST, TARGET = "0x" + "11" * 20, "0x" + "22" * 20
CHEATS = "0x7109709ECfa91a80626fF3989D68f67F5b1DD12D"
WITHDRAW = Entry("withdraw", ({"name": "amount", "type": "uint256"},))
DEPOSIT = Entry("deposit", pays=True)
BANK = Target("Bank.sol", "Bank", "6001", (DEPOSIT, WITHDRAW), (WITHDRAW,), plain=True)


def finding(
    rule: str = "slither.reentrancy-eth",
    swc: str | None = "SWC-107",
    cwe: str | None = "CWE-841",
    severity: Severity = Severity.HIGH,
    confirmation: Confirmation | None = None,
) -> Finding:
    return Finding(
        rule=rule, message="It is weak.", severity=severity, swc=swc, cwe=cwe, confirmation=confirmation
    )


def case(status: str = "failed", reason: str = "", logs: tuple[str, ...] = ()) -> ForgeCase:
    return ForgeCase.model_validate(
        {
            "path": "attack.t.sol",
            "contract": "Attack0",
            "name": "test_attack",
            "signature": "test_attack()",
            "status": status,
            "reason": reason,
            "logs": logs,
        }
    )


def traced(*calls: tuple[str, str, int]) -> dict[str, object]:
    nodes = [
        {"trace": {"caller": caller, "address": callee, "depth": depth, "kind": "CALL"}}
        for caller, callee, depth in (("0x" + "99" * 20, TEST, 0), *calls)
    ]
    return {"traces": [["Deployment", {"arena": []}], ["Execution", {"arena": nodes}]]}


@pytest.mark.parametrize(
    ("rule", "swc", "cwe", "kind"),
    [
        ("slither.reentrancy-eth", "SWC-107", "CWE-841", Kind.REENTRANCY),
        ("SWC-101", "SWC-101", "CWE-190", Kind.OVERFLOW),
        ("slither.arbitrary-send-erc20", "SWC-105", "CWE-284", Kind.ARBITRARYFROM),
        ("solidity.unprotected-mint", None, "CWE-284", Kind.ACCESS),
    ],
)
def test_the_weakness_chooses_the_attack(rule: str, swc: str | None, cwe: str, kind: Kind) -> None:
    assert kinds_for(finding(rule, swc, cwe))[0] is kind


def test_a_weakness_that_no_attack_is_for_is_left_alone() -> None:
    assert kinds_for(finding("slither.rtlo", "SWC-130", "CWE-1007")) == ()


def test_each_way_to_attack_has_its_contract() -> None:
    for kind in Kind:
        assert f"abstract contract {CONTRACTS[kind]} is World" in template(kind)
        if kind in REFUTING:
            assert '"held"' in template(kind)


def test_arguments_are_guessed_by_type_and_name() -> None:
    hand = Hand(addresses=("mallory",))
    inputs = [{"name": "token_", "type": "address"}, {"name": "to", "type": "address"}]
    assert fillings(inputs, hand, 3) == [", address(address(coin)), address(mallory)"]
    assert fillings([{"name": "x", "type": "tuple"}], hand, 3) is None
    assert constructions([{"name": "duration", "type": "uint256"}]) == [
        "abi.encode(uint256(7 days))",
        "abi.encode(uint256(1))",
        "abi.encode(uint256(1000))",
        "abi.encode(uint256(block.timestamp + 7 days))",
    ]
    assert constructions([{"name": "x", "type": "tuple"}]) is None


def test_unstaking_is_not_taking_part() -> None:
    entries = (Entry("stake", WITHDRAW.inputs), Entry("unstake"))
    plan = plan_for(Target("A.sol", "A", "60", entries, (entries[1],)), Kind.REENTRANCY)
    assert "stake(uint256)" in plan.preludes[0][0].data
    assert not any('"unstake' in call.data for call in plan.preludes[0])


def test_what_cannot_be_written_down_leaves_the_plan_incomplete() -> None:
    strange = Entry("strange", ({"name": "x", "type": "tuple"},))
    with_it = Target("Bank.sol", "Bank", "6001", (DEPOSIT, WITHDRAW, strange), (WITHDRAW,))
    assert plan_for(BANK, Kind.REENTRANCY).complete
    assert not plan_for(with_it, Kind.REENTRANCY).complete


def test_entries_of_old_and_new_compilers() -> None:
    old = [{"type": "function", "name": "f", "inputs": [], "payable": True, "constant": False}]
    assert entries_of([*old, {"type": "fallback", "payable": True}]) == (
        Entry("f", pays=True),
        Entry("", pays=True),
    )


def test_an_attack_is_kept_whole_and_can_be_turned_on_other_code() -> None:
    plan = plan_for(BANK, Kind.REENTRANCY)
    text = standalone(BANK, Kind.REENTRANCY, plan, ['bytes("")'], finding())
    assert contract_of(text) == "Bank"
    changed = with_code(text, "6002")
    assert changed is not None
    assert changed.replace('hex"6002"', 'hex"6001"') == text
    assert is_current(text)
    assert not is_current(text.replace("contract Puppet", "contract Other"))
    assert with_code(text, '60"; evil') is None
    assert with_code("contract C {}", "6002") is None
    assert len(re.findall(r"contract Attack\d is Reentrancy", together([text, changed]))) == 2


def test_hostile_names_cannot_leave_the_comment() -> None:
    target = Target("a\nimport 'x';.sol", "Bank", "6001", (WITHDRAW,), (WITHDRAW,))
    text = standalone(target, Kind.ACCESS, plan_for(target, Kind.ACCESS), [], finding("r\nevil"))
    assert not re.search(r"^(import|evil)", text, re.MULTILINE)


def test_the_steps_are_told_in_words() -> None:
    words = told(BANK, Kind.REENTRANCY, plan_for(BANK, Kind.REENTRANCY), (0, 0, 0))
    assert "1. The owner deploys Bank." in words
    assert "Alice calls deposit() with 1 ether." in words
    assert "withdraw(1 ether)" in words


def test_only_our_own_words_are_read() -> None:
    assert steps_of(case("passed", logs=("confirmed:1,2,3",))) == (1, 2, 3)
    assert steps_of(case("failed", logs=("confirmed:1,2,3",))) is None
    assert held(case(reason="held"))
    assert not held(case("skipped", reason="held"))
    assert not held(case("passed", reason="held"))
    assert not held(case(reason="held: ignore what came before"))
    assert why_open(case(reason="open: nobody could take part")) == "nobody could take part"
    assert "<" not in why_open(case(reason="open: <script>"))


def test_cheat_codes_are_the_tests_alone() -> None:
    assert cheated(traced((TEST, CHEATS, 1), (TEST, TARGET, 1))) is False
    assert cheated(traced((TEST, TARGET, 1), (TARGET, CHEATS, 2))) is True
    assert cheated(traced((TEST, TARGET, 1), (TARGET, TEST, 2))) is True


@pytest.mark.parametrize("results", [{}, {"traces": []}, {"traces": [["Execution", {"arena": [{}]}]]}])
def test_no_trace_is_no_evidence(results: dict[str, object]) -> None:
    assert cheated(results) is None


def decided(*findings: Finding, policy: Policy | None = None, gaps: tuple[Gap, ...] = ()) -> Verdict:
    task = in_force(
        CodingTask(language=Language.SOLIDITY, instruction="Write it.", policy=policy or Policy())
    )
    before = tuple(each.model_copy(update={"confirmation": None}) for each in findings)
    verdict = conclude("slither", task, Scan(findings=before, files=("A.sol",), gaps=gaps), 0.0)
    return decided_again(task, verdict, findings, "forge 1")


def test_a_refuted_finding_does_not_block_and_a_confirmed_one_does() -> None:
    refuted = finding(confirmation=Confirmation.REFUTED)
    confirmed = finding("slither.tx-origin", confirmation=Confirmation.CONFIRMED)
    assert decided(refuted).status is Status.PASSED
    assert decided(refuted, confirmed).status is Status.FAILED
    assert decided(refuted, gaps=(Gap(file="", reason="the time ran out"),)).status is Status.INCOMPLETE
    assert decided(refuted).evidence["attacks"] == {
        "confirmed": 0,
        "refuted": 1,
        "unconfirmed": 0,
        "tool": "forge 1",
    }


def test_what_stays_open_is_for_the_policy() -> None:
    unconfirmed = finding(confirmation=Confirmation.UNCONFIRMED)
    assert decided(unconfirmed).status is Status.FAILED
    assert decided(unconfirmed, policy=Policy(block_unconfirmed=False)).status is Status.PASSED
    assert decided(finding(), policy=Policy(block_unconfirmed=False)).status is Status.FAILED


def test_an_earlier_attack_that_still_succeeds_blocks_by_name() -> None:
    task = in_force(CodingTask(language=Language.SOLIDITY, instruction="Write it."))
    clean = conclude("solidity-patterns", task, Scan(files=("A.sol",)), 0.0)
    again = finding("attack.slither.reentrancy-eth", confirmation=Confirmation.CONFIRMED)
    blocked = after_repeating(task, clean, Repeated(findings=(again,), repeated=1))
    assert (clean.status, blocked.status) == (Status.PASSED, Status.FAILED)
    assert blocked.summary.startswith("attack.slither.reentrancy-eth")
    assert after_repeating(task, clean, Repeated(repeated=1)).status is Status.PASSED


def test_an_earlier_attack_that_could_not_be_made_again_is_no_pass() -> None:
    task = in_force(CodingTask(language=Language.SOLIDITY, instruction="Write it."))
    clean = conclude("solidity-patterns", task, Scan(files=("A.sol",)), 0.0)
    assert after_repeating(task, clean, Repeated(open="the time ran out")).status is Status.INCOMPLETE
