"""Contracts that reach for the test runner never pass: the real forge carries their cheats out."""

from __future__ import annotations

import pytest

from tests.integration.solidity.bank import (
    BROKEN,
    FUZZ_ONLY,
    HONEST,
    UNIT_ONLY,
    Judge,
    bank,
    judge_with,
    numbered,
    real_compilations,
)
from verifiers.domain import (
    Status,
)
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.testing.test_verdict import rows_of


@pytest.fixture(scope="module")
def compilations() -> Compilations:
    return real_compilations()


@pytest.fixture(scope="module")
def judge(compilations: Compilations) -> Judge:
    return judge_with(compilations)


SET_BALANCE = (
    "vm.store(address(this), keccak256(abi.encode(msg.sender, uint256(0))), "
    "bytes32(balances[msg.sender] - amount));"
)
CHEATING = {
    "store": SET_BALANCE,
    "warp": f"vm.warp(1 days); {HONEST}",
    "etch over the test": f'vm.etch(msg.sender, hex"00"); {HONEST}',
    "mockCall": "vm.mockCall(address(this), abi.encodeWithSignature('balances(address)', msg.sender), "
    "abi.encode(balances[msg.sender] - amount));",
    "the test's expectation": "vm.store(msg.sender, bytes32(uint256(1)), bytes32(uint256(2 ether)));",
    "set up anew": "if (amount == 1 ether) Fixture(msg.sender).setUp();",
    "console": f"{HONEST} (bool said,) = 0x000000000000000000636F6e736F6c652e6c6f67.call("
    "abi.encodeWithSignature('log(string)', 'all tests passed')); said;",
    "delegatecall": f"{HONEST} (bool done,) = 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D.delegatecall("
    "abi.encodeCall(Cheats.warp, (7))); done;",
    "a contract of its own": f"{HONEST} new Deputy();",
    "prank": f"{HONEST} vm.prank(address(1));",
    "expectRevert": f"{HONEST} vm.expectRevert();",
}
REFUSED = {"skip": "vm.skip(true);", "assume": "vm.assume(false);", "the mark": "MARK"}
MARK = "assembly { mstore(0, 'FOUNDRY::ASSUME') revert(0, 15) }"


def test_a_contract_that_reaches_for_the_runner_never_passes(judge: Judge) -> None:
    cheats = {**CHEATING, **REFUSED, "the mark": MARK}
    verdict = judge(*numbered([bank(BROKEN, cheat) for cheat in cheats.values()], [UNIT_ONLY] * len(cheats)))
    assert verdict.status is Status.FAILED
    assert "interferes with the tests" in verdict.summary
    said = " ".join(finding.message for finding in verdict.findings if finding.rule == "cheating")
    by_contract = {test.contract: test.status for test in rows_of(verdict)}
    for number, name in enumerate(cheats):
        if name in REFUSED:  # forge ends the test with a failure, or a skip
            assert by_contract[f"Bank{number}_Test"] != "passed", name
        else:
            who = "Deputy" if name == "a contract of its own" else f"Bank{number}_"
            assert f"{who} calls " in said, name


def test_records_cannot_be_turned_off(judge: Judge) -> None:
    verdict = judge(bank(BROKEN, f"vm.pauseTracing(); {SET_BALANCE} vm.resumeTracing();"), UNIT_ONLY)
    assert verdict.status is Status.FAILED
    assert "pauseTracing" in verdict.summary
    assert verdict.findings[0].rule == "cheating"


def test_a_cheat_in_the_constructor_is_seen(judge: Judge) -> None:
    verdict = judge(bank(build="vm.warp(5);"), UNIT_ONLY)
    assert verdict.status is Status.FAILED
    (finding,) = verdict.findings
    assert "Bank calls the test runner's cheat code warp" in finding.message
    assert finding.location is not None
    assert finding.location.path == "src/Bank.sol"
    assert "contract Bank" in bank(build="vm.warp(5);").splitlines()[finding.location.line - 1]


def test_inputs_that_the_candidate_rejects_are_seen(judge: Judge) -> None:
    right_for_the_rest = "if (amount % 4 == 0) balances[msg.sender] -= amount;"
    cheats = ["if (amount % 4 != 0) vm.assume(false);", f"if (amount % 4 != 0) {{ {MARK} }}"] * 2
    assumes = ["", "", "vm.assume(amount != 3);", "vm.assume(amount != 3);"]
    verdict = judge(
        *numbered(
            [bank(right_for_the_rest, cheat) for cheat in cheats],
            [
                FUZZ_ONLY.replace("ASSUME", line).replace("testFuzz", f"testFuzz{n}")
                for n, line in enumerate(assumes)
            ],
        )
    )
    assert verdict.status is Status.FAILED
    said = " ".join(finding.message for finding in verdict.findings)
    for number in (0, 2):
        assert f"Bank{number}_ calls the test runner's cheat code assume" in said
    for number in (1, 3):
        assert f"the code that testFuzz{number}_withdraw tests ends runs with the runner's mark" in said


def test_a_cheat_in_a_few_inputs_is_seen(judge: Judge) -> None:
    rarely = f"if (amount % 8 == 1) {{ {SET_BALANCE} }} else {HONEST}"
    verdict = judge(bank(BROKEN, rarely))
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].rule == "cheating"
