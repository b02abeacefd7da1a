"""Foundry tests, run by the real forge on what was compiled once."""

from __future__ import annotations

import pytest

from tests.integration.solidity.tools import installed, sandbox_for
from tests.requirements import require
from verifiers.solidity.compiling.compilation import Compilations, NotCompiled
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.testing.forge import Forge, ForgeOptions, ForgeRun

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
COUNTER = f"""{HEAD}
contract Counter {{
    uint256 public number;
    event Increased(uint256 to);
    error TooLarge(uint256 value);
    function increase() external {{ number += 1; emit Increased(number); }}
    function set(uint256 value) external {{ if (value > 1000) revert TooLarge(value); number = value; }}
}}
"""
TESTS = f"""{HEAD}
import {{Test}} from "forge-std/Test.sol";
import {{Counter}} from "../src/Counter.sol";

contract CounterTest is Test {{
    Counter counter;
    event Increased(uint256 to);

    function setUp() public {{ counter = new Counter(); targetContract(address(counter)); }}
    function test_increases() public {{
        vm.expectEmit(address(counter));
        emit Increased(1);
        counter.increase();
        assertEq(counter.number(), 1);
    }}
    function test_refuses() public {{
        vm.expectRevert(abi.encodeWithSelector(Counter.TooLarge.selector, 1001));
        counter.set(1001);
    }}
    function test_is_wrong() public {{ counter.set(7); assertEq(counter.number(), 8, "seven is not eight"); }}
    function testFuzz_sets(uint256 value) public {{
        value = bound(value, 0, 1000);
        counter.set(value);
        assertEq(counter.number(), value);
    }}
    function testFuzz_finds(uint256 value) public {{
        vm.assume(value < 5000);
        counter.set(value % 1001);
        assertLt(counter.number(), 900);
    }}
    function test_prank_and_deal() public {{
        address someone = makeAddr("someone");
        deal(someone, 1 ether);
        assertEq(someone.balance, 1 ether);
        vm.prank(someone);
        counter.increase();
    }}
    function test_skipped() public {{ vm.skip(true); }}
    function invariant_is_small() public view {{ assertLe(counter.number(), 1_000_000); }}
}}
"""


@pytest.fixture(scope="module")
def forge() -> Forge:
    toolchain = installed()
    require("solc", toolchain.forge is not None, "scripts/install-solidity")
    sandbox = sandbox_for(toolchain)
    return Forge(sandbox, toolchain, Compilations(sandbox, toolchain))


@pytest.fixture(scope="module")
def run(forge: Forge) -> ForgeRun:
    project = Project(sources={"src/Counter.sol": COUNTER})
    made = forge.test(project, {"test/Counter.t.sol": TESTS}, 60, ForgeOptions(invariant_runs=8))
    assert isinstance(made, ForgeRun), made
    assert made.problem == "", made.problem
    return made


def test_every_test_is_reported_with_its_kind(run: ForgeRun) -> None:
    found = {case.name: (case.kind, case.status) for case in run.cases}
    assert found == {
        "test_increases": ("unit", "passed"),
        "test_refuses": ("unit", "passed"),
        "test_is_wrong": ("unit", "failed"),
        "testFuzz_sets": ("fuzz", "passed"),
        "testFuzz_finds": ("fuzz", "failed"),
        "test_prank_and_deal": ("unit", "passed"),
        "test_skipped": ("unit", "skipped"),
        "invariant_is_small": ("invariant", "passed"),
    }


def test_a_failure_says_why_and_for_which_input(run: ForgeRun) -> None:
    by_name = {case.name: case for case in run.cases}
    assert "seven is not eight" in by_name["test_is_wrong"].reason
    assert by_name["testFuzz_finds"].counterexample
    assert by_name["test_increases"].gas
    assert by_name["test_increases"].id == "test/Counter.t.sol:CounterTest.test_increases"


def test_the_same_seed_finds_the_same(forge: Forge, run: ForgeRun) -> None:
    again = forge.run(run.compilation, 60, ForgeOptions(invariant_runs=8))
    told = [(case.name, case.status, case.counterexample) for case in run.cases]
    assert [(case.name, case.status, case.counterexample) for case in again.cases] == told


def test_only_contracts_that_are_named_are_run(forge: Forge) -> None:
    own = f"{HEAD}contract MineTest {{ function test_pass() public {{}} }}\n"
    given = f"{HEAD}contract GivenTest {{ function test_fail() public pure {{ require(false); }} }}\n"
    made = forge.test(
        Project(sources={"A.sol": own}), {"test/A.t.sol": given}, 60, ForgeOptions(contracts=("GivenTest",))
    )
    assert isinstance(made, ForgeRun)
    assert [(case.contract, case.status) for case in made.cases] == [("GivenTest", "failed")]


def test_tests_that_do_not_compile_are_told_by_their_line(forge: Forge) -> None:
    made = forge.test(
        Project(sources={"A.sol": COUNTER}), {"test/A.t.sol": f"{HEAD}contract T {{ x }}\n"}, 60
    )
    assert isinstance(made, NotCompiled)
    assert made.findings[0].location is not None
    assert made.findings[0].location.path == "test/A.t.sol"


@pytest.mark.parametrize(
    "attack",
    [
        "vm.ffi(args)",
        'vm.readFile("/etc/passwd")',
        'vm.writeFile("/work/x", "y")',
        'vm.envString("PATH")',
        'vm.createFork("http://127.0.0.1:1")',
    ],
)
def test_a_test_reaches_nothing_outside_the_chain(forge: Forge, attack: str) -> None:
    text = f"""{HEAD}
interface Cheats {{
    function ffi(string[] calldata) external returns (bytes memory);
    function readFile(string calldata) external returns (string memory);
    function writeFile(string calldata, string calldata) external;
    function envString(string calldata) external returns (string memory);
    function createFork(string calldata) external returns (uint256);
}}
contract AttackTest {{
    Cheats vm = Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    function test_attack() public {{
        string[] memory args = new string[](1);
        args[0] = "id";
        {attack};
    }}
}}
"""
    made = forge.test(Project(sources={"A.sol": COUNTER}), {"test/A.t.sol": text}, 60)
    assert isinstance(made, ForgeRun)
    (case,) = made.cases
    if "envString" in attack:  # the sandbox's own, which holds nothing of the host's
        assert case.status == "passed"
    else:
        assert case.status == "failed", case


def test_an_endless_test_is_a_time_out_and_no_report(forge: Forge) -> None:
    text = f"{HEAD}contract LoopTest {{ function test_loop() public pure {{ while (true) {{}} }} }}\n"
    made = forge.test(Project(sources={"A.sol": COUNTER}), {"test/A.t.sol": text}, 40)
    assert isinstance(made, ForgeRun)
    ended = made.problem or (made.cases and made.cases[0].status == "failed")
    assert ended, made
    assert not any(case.status == "passed" for case in made.cases)
