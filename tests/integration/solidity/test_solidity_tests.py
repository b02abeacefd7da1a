"""The user's forge tests as a verifier, with the real compiler and the real forge."""

from __future__ import annotations

import pytest

from tests.integration.solidity.bank import (
    BROKEN,
    HEAD,
    MINI,
    TESTS,
    UNIT_ONLY,
    Judge,
    bank,
    by_name,
    judge_with,
    numbered,
    real_compilations,
)
from verifiers.domain import (
    Status,
)
from verifiers.solidity.compiling.compilation import Compilation, Compilations
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.testing.code_origin import origins_of
from verifiers.solidity.testing.forge import with_tests
from verifiers.solidity.testing.test_verdict import rows_of


@pytest.fixture(scope="module")
def compilations() -> Compilations:
    return real_compilations()


@pytest.fixture(scope="module")
def judge(compilations: Compilations) -> Judge:
    return judge_with(compilations)


def test_honest_code_passes_tests_of_every_kind(judge: Judge) -> None:
    verdict = judge(bank())
    assert verdict.status is Status.PASSED, (verdict.summary, verdict.evidence)
    assert verdict.summary == "5 of 5 tests passed"
    evidence = verdict.evidence
    assert evidence["judging"] == "apart"
    assert evidence["counts"]["passed"] == evidence["expected"] == 5  # type: ignore[index,call-overload]
    assert "test/Bank.t.sol::BankTest.invariant_books_balance" in evidence["passed"]  # type: ignore[operator]
    gas = {test.name: test.gas for test in rows_of(verdict)}
    assert gas["test_withdraw_takes_it_off"]
    watched = {case["name"]: case.get("watched_runs") for case in evidence["cases"]}  # type: ignore[union-attr,index,call-overload]
    assert watched["testFuzz_withdraw"] == 32
    assert watched["testFuzz_assumes"] >= 4  # type: ignore[operator]
    assert watched["test_withdraw_takes_it_off"] is None


def test_broken_code_fails_with_a_reason_an_input_and_a_line(judge: Judge) -> None:
    verdict = judge(bank(BROKEN))
    assert verdict.status is Status.FAILED
    assert by_name(verdict) == {
        "test_withdraw_takes_it_off": "failed",
        "testFuzz_withdraw": "failed",
        "testFuzz_assumes": "failed",
        "invariant_books_balance": "failed",
        "test_not_more_than_there_is": "passed",
    }
    found = {finding.rule.rpartition(".")[2]: finding for finding in verdict.findings}
    unit = found["test_withdraw_takes_it_off"]
    assert "one is left" in unit.message
    assert unit.location is not None
    line = TESTS.splitlines()[unit.location.line - 1]
    assert (unit.location.path, "function test_withdraw_takes_it_off" in line) == ("test/Bank.t.sol", True)
    assert found["testFuzz_withdraw"].counterexample
    assert "withdraw" in (found["invariant_books_balance"].counterexample or "")


SHARED = f"""{HEAD}
import "../src/Bank.sol";
contract InheritsTest is Bank(address(1)) {{ function test_sum() public view {{ require(opened > 0); }} }}
contract InternalTest {{ function test_sum() public pure {{ require(Inner.sum(1, 2) == 3, "wrong"); }} }}
contract ExternalTest {{ function test_sum() public pure {{ require(Outer.sum(1, 2) == 3, "wrong"); }} }}
contract FreeTest {{ function test_sum() public pure {{ require(plus(1, 2) == 3, "wrong"); }} }}
contract AttachedTest {{
    using Inner for uint256;
    function test_sum() public pure {{ uint256 one = 1; require(one.sum(2) == 3, "wrong"); }}
}}
"""
PARTS = """
library Inner { function sum(uint256 a, uint256 b) internal pure returns (uint256) { return a + b; } }
library Outer { function sum(uint256 a, uint256 b) external pure returns (uint256) { return a + b; } }
function plus(uint256 a, uint256 b) pure returns (uint256) { return a + b; }
"""


def test_code_that_becomes_part_of_the_test_needs_leave(judge: Judge) -> None:
    verdict = judge(bank() + PARTS, SHARED)
    assert verdict.status is Status.INCOMPLETE, verdict.summary
    assert "allow_shared_judge" in verdict.summary
    assert verdict.evidence["judging"] == "shared"
    allowed = judge(bank() + PARTS, SHARED, shared=True)
    assert allowed.status is Status.PASSED, allowed.summary
    assert allowed.evidence["judging"] == "shared"


def test_each_way_in_is_noticed(compilations: Compilations) -> None:
    project = Project(sources={"src/Bank.sol": bank() + PARTS})
    made = compilations.compile(with_tests(project, {"test/Bank.t.sol": SHARED}), 60)
    assert isinstance(made, Compilation)
    origins = origins_of(made, frozenset({"src/Bank.sol"}))
    trusted = {unit.name: unit.trusted for unit in origins.units if unit.path.endswith(".t.sol")}
    names = ("InheritsTest", "InternalTest", "ExternalTest", "FreeTest", "AttachedTest")
    assert trusted == dict.fromkeys(names, False)
    trusting = origins_of(made, frozenset())
    assert all(unit.trusted for unit in trusting.units)


def test_constants_and_interfaces_of_the_candidate_are_no_code(judge: Judge) -> None:
    code = f"{HEAD}interface IBox {{ error Full(); function put(uint256 x) external; }}\n" + (
        "contract Box is IBox { uint256 public constant MOST = 3 * 7; uint256 public held;\n"
        "function put(uint256 x) external { if (x > MOST) revert Full(); held = x; } }"
    )
    tests = f"""{HEAD}import "forge-std/Test.sol"; import {{Box, IBox}} from "../src/Box.sol";
contract Stand is IBox {{ function put(uint256) external pure {{ revert Full(); }} }}
contract BoxTest is Test {{
    function test_put() public {{ Box box = new Box(); box.put(21); assertEq(box.held(), box.MOST()); }}
    function test_stand() public {{
        IBox box = new Stand();
        vm.expectRevert(IBox.Full.selector);
        box.put(1);
    }}
    function testFuzz_put(uint256 x) public {{ x = bound(x, 0, 21); Box box = new Box(); box.put(x); }}
}}"""
    verdict = judge(code, tests, path="Contract.sol", test_path="Box.t.sol")
    assert verdict.status is Status.PASSED, verdict.summary
    assert verdict.evidence["can_call"] is False
    assert "Box.t.sol::BoxTest.testFuzz_put" in verdict.evidence["passed"]  # type: ignore[operator]


def test_what_the_candidate_lays_into_the_judges_place_does_not_count(judge: Judge) -> None:
    empty = f"{HEAD}contract Test {{ function assertEq(uint256, uint256) internal pure {{}} }}"
    others = {
        "forge-std/Test.sol": empty,
        "lib/forge-std/src/Test.sol": empty,
        "remappings.txt": "forge-std/=lib/forge-std/src/\n",
        "foundry.toml": "[profile.default]\nffi = true\ntest = 'none'\nremappings = ['forge-std/=lib/']\n",
        "test/Bank.t.sol": f"{HEAD}contract BankTest {{ function test_withdraw() public {{}} }}",
        ".acrisol/solc": "#!/bin/sh\n",
        "acrisol_watch/W0_0.t.sol": f"{HEAD}contract BankTest {{}}",
    }
    standard = UNIT_ONLY.replace(MINI, 'import {Test} from "forge-std/Test.sol";').replace(
        "is Mini", "is Test"
    )
    verdict = judge(bank(BROKEN), standard, others=others)
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].rule == "test/Bank.t.sol::BankTest.test_withdraw"


def test_code_that_does_not_fit_the_tests_is_told_with_the_line(judge: Judge) -> None:
    verdict = judge(bank().replace("function withdraw", "function take"), UNIT_ONLY)
    assert verdict.status is Status.FAILED
    assert "does not fit the tests" in verdict.summary
    assert "withdraw" in verdict.summary
    broken = judge(bank(), UNIT_ONLY.replace("function setUp() public {", "function setUp( public {"))
    assert broken.status is Status.FAILED
    assert "test/Bank.t.sol is not valid Solidity" in broken.summary


def test_tests_that_do_not_run_are_no_pass(judge: Judge) -> None:
    variants = {
        "skips itself": UNIT_ONLY.replace("bank.deposit{value: 2 ether}();", "vm.skip(true);"),
        "runs": UNIT_ONLY.replace("== expected", "== 1 ether"),
    }
    codes = [bank(), bank()]
    verdict = judge(*numbered(codes, list(variants.values())))
    assert verdict.status is Status.INCOMPLETE, verdict.summary
    assert "1 of 2 tests were skipped" in verdict.summary
    mark = "assembly { mstore(0, 'FOUNDRY::SKIP') revert(0, 13) }"
    never = UNIT_ONLY.replace("function setUp", "constructor(uint256) {} function setUp")
    fails = UNIT_ONLY.replace("bank = new", 'require(address(this).code.length == 1, "closed"); bank = new')
    code, tests = numbered([bank(BROKEN, mark), bank(), bank(), bank()], [UNIT_ONLY, never, fails, UNIT_ONLY])
    verdict = judge(code, tests)
    assert verdict.status is Status.FAILED
    messages = {finding.rule: finding.message for finding in verdict.findings}
    assert "never reported" in messages["test/Bank.t.sol::Bank1_Test.test_withdraw"]
    assert "closed" in messages["test/Bank.t.sol::Bank2_Test.setUp"]
    passed = [test.contract for test in rows_of(verdict) if test.status == "passed"]
    assert passed == ["Bank3_Test"]


def test_no_contract_that_can_be_deployed_is_no_pass(judge: Judge) -> None:
    none = judge(bank(), UNIT_ONLY.replace("contract BankTest", "abstract contract BankTest"))
    assert none.status is Status.INCOMPLETE
    assert "no test" in none.summary
