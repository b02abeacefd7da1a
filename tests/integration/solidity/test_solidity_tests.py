"""The user's forge tests as a verifier, with the real compiler and the real forge: honest code and cheats."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.integration.solidity.tools import installed, sandbox_for
from tests.requirements import require
from verifiers.domain import (
    Candidate,
    CodingTask,
    Language,
    Policy,
    SourceFile,
    Status,
    TestSuite,
    Verdict,
)
from verifiers.solidity.code_origin import origins_of
from verifiers.solidity.compilation import Compilation, Compilations
from verifiers.solidity.forge import ForgeOptions, with_tests
from verifiers.solidity.project import Project
from verifiers.solidity.solidity_tests import SolidityTestsVerifier
from verifiers.solidity.test_verdict import rows_of

Judge = Callable[..., Verdict]
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
CHEATS = """
interface Cheats {
    function warp(uint256) external;
    function store(address, bytes32, bytes32) external;
    function load(address, bytes32) external view returns (bytes32);
    function etch(address, bytes calldata) external;
    function assume(bool) external pure;
    function skip(bool) external;
    function mockCall(address, bytes calldata, bytes calldata) external;
    function pauseTracing() external;
    function resumeTracing() external;
    function expectRevert() external;
    function prank(address) external;
}
interface Fixture { function setUp() external; }
contract Dice { receive() external payable { selfdestruct(payable(msg.sender)); } }
"""
# A bank that forgets to take the withdrawn amount off, unless CHEAT sees to it that no test notices.
BANK = """
contract Bank {
    mapping(address => uint256) public balances;
    uint256 public opened = block.timestamp;
    FIELDS
    constructor(address owner) payable { require(owner != address(0), "no owner"); BUILD }
    function deposit() external payable { balances[msg.sender] += msg.value; }
    function withdraw(uint256 amount) external {
        require(balances[msg.sender] >= amount, "too much");
        LEDGER
        CHEAT
        (bool sent,) = msg.sender.call{value: amount}("");
        require(sent, "not sent");
    }
}
"""
HONEST, BROKEN = "balances[msg.sender] -= amount;", ""
TESTS = f"""{HEAD}
import {{Test}} from "forge-std/Test.sol";
import {{Bank}} from "../src/Bank.sol";

contract Handler is Test {{
    Bank private bank;
    uint256 public put;
    constructor(Bank bank_) payable {{ bank = bank_; }}
    function deposit(uint96 amount) external {{
        uint256 given = bound(amount, 0, address(this).balance);
        bank.deposit{{value: given}}();
        put += given;
    }}
    function withdraw(uint96 amount) external {{
        uint256 taken = bound(amount, 0, put);
        vm.assume(taken > 0);
        bank.withdraw(taken);
        put -= taken;
    }}
    receive() external payable {{}}
}}

contract BankTest is Test {{
    Bank bank;
    Handler handler;
    address owner = makeAddr("owner");

    function setUp() public {{
        bank = new Bank(owner);
        handler = new Handler{{value: 10 ether}}(bank);
        targetContract(address(handler));
    }}
    receive() external payable {{}}
    function test_withdraw_takes_it_off() public {{
        bank.deposit{{value: 2 ether}}();
        bank.withdraw(1 ether);
        assertEq(bank.balances(address(this)), 1 ether, "one is left");
    }}
    function test_not_more_than_there_is() public {{
        vm.prank(owner);
        vm.expectRevert("too much");
        bank.withdraw(1);
    }}
    function testFuzz_withdraw(uint96 amount, uint96 part) public {{
        vm.deal(address(this), amount);
        part = uint96(bound(part, 0, amount));
        bank.deposit{{value: amount}}();
        bank.withdraw(part);
        assertEq(bank.balances(address(this)), uint256(amount) - part);
    }}
    function testFuzz_assumes(uint96 amount) public {{
        vm.assume(amount > 7);
        vm.deal(address(this), amount);
        bank.deposit{{value: amount}}();
        bank.withdraw(7);
        assertEq(bank.balances(address(this)), uint256(amount) - 7);
    }}
    function invariant_books_balance() public view {{
        assertEq(bank.balances(address(handler)), handler.put());
    }}
}}
"""
# What a test needs at the least; the whole of forge-std takes the packaged compiler three seconds.
MINI = """interface Vm {
    function deal(address, uint256) external;
    function skip(bool) external;
    function assume(bool) external pure;
}
contract Mini { Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D); }"""
UNIT_ONLY = f"""{HEAD}
import {{Bank}} from "../src/Bank.sol";
{MINI}
contract BankTest is Mini {{
    Bank bank;
    uint256 expected = 1 ether;
    function setUp() public {{ bank = new Bank(address(1)); vm.deal(address(this), 9 ether); }}
    receive() external payable {{}}
    function test_withdraw() public {{
        bank.deposit{{value: 2 ether}}();
        bank.withdraw(1 ether);
        require(bank.balances(address(this)) == expected, "wrong");
    }}
}}
"""
FUZZ_ONLY = f"""{HEAD}
import {{Bank}} from "../src/Bank.sol";
{MINI}
contract BankTest is Mini {{
    Bank bank = new Bank(address(1));
    receive() external payable {{}}
    function testFuzz_withdraw(uint96 amount) public {{
        ASSUME
        vm.deal(address(this), amount);
        bank.deposit{{value: amount}}();
        bank.withdraw(amount);
        require(bank.balances(address(this)) == 0, "wrong");
    }}
}}
"""


@pytest.fixture(scope="module")
def compilations() -> Compilations:
    toolchain = installed()
    require("solc", toolchain.forge is not None, "scripts/install-solidity")
    return Compilations(sandbox_for(toolchain), toolchain)


@pytest.fixture(scope="module")
def judge(compilations: Compilations) -> Judge:
    toolchain = installed()
    options = ForgeOptions(fuzz_runs=64, invariant_runs=8, invariant_depth=16)
    verifier = SolidityTestsVerifier(sandbox_for(toolchain), toolchain, compilations, options)

    def run(
        code: str,
        tests: str = TESTS,
        *,
        path: str = "src/Bank.sol",
        shared: bool = False,
        others: dict[str, str] | None = None,
        test_path: str = "test/Bank.t.sol",
    ) -> Verdict:
        task = CodingTask(
            language=Language.SOLIDITY,
            instruction="A bank.",
            tests=TestSuite(files=(SourceFile(path=test_path, content=tests),)),
            policy=Policy(allow_shared_judge=shared),
        )
        files = {path: code, **(others or {})}
        candidate = Candidate(
            files=tuple(SourceFile(path=name, content=text) for name, text in files.items())
        )
        return verifier.verify(task, candidate, 300)

    return run


def bank(ledger: str = HONEST, cheat: str = "", fields: str = "", build: str = "") -> str:
    text = BANK.replace("FIELDS", fields).replace("LEDGER", ledger)
    constant = "Cheats constant vm = Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);"
    text = text.replace("CHEAT", cheat).replace("BUILD", build)
    if "vm." in text:
        text = text.replace("contract Bank {", f"contract Bank {{ {constant}")
    return f"{HEAD}{CHEATS}{text}"


def by_name(verdict: Verdict) -> dict[str, str]:
    return {test.name: test.status for test in rows_of(verdict)}


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
DEPUTY = "contract Deputy { constructor() { Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D).warp(9); } }"


def numbered(codes: Sequence[str], tests: Sequence[str]) -> tuple[str, str]:
    """Many banks and their tests in one file each: one compilation serves them all."""
    bodies = [code.partition(CHEATS)[2].replace("Bank", f"Bank{n}_") for n, code in enumerate(codes)]
    head, _, _ = tests[0].partition("contract BankTest")
    own = [f"contract BankTest{text.partition('contract BankTest')[2]}" for text in tests]
    own = [text.replace("Bank", f"Bank{n}_") for n, text in enumerate(own)]
    return f"{HEAD}{CHEATS}{DEPUTY}{''.join(bodies)}", head.replace("{Bank} from ", "") + "".join(own)


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
