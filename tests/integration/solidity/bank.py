"""A bank, the tests of it, and what judges it: for the tests of the Solidity tests' verifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.integration.solidity.tools import installed, sandbox_for
from tests.requirements import require
from verifiers.domain import (
    Candidate,
    CodingTask,
    Language,
    Policy,
    SourceFile,
    TestSuite,
    Verdict,
)
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.testing.forge import ForgeOptions
from verifiers.solidity.testing.solidity_tests import SolidityTestsVerifier
from verifiers.solidity.testing.test_verdict import rows_of

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
DEPUTY = "contract Deputy { constructor() { Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D).warp(9); } }"


def real_compilations() -> Compilations:
    """The real compilers."""
    toolchain = installed()
    require("solc", toolchain.forge is not None, "scripts/install-solidity")
    return Compilations(sandbox_for(toolchain), toolchain)


def judge_with(compilations: Compilations) -> Judge:
    """Judges code by tests, with the real forge."""
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


def numbered(codes: Sequence[str], tests: Sequence[str]) -> tuple[str, str]:
    """Many banks and their tests in one file each: one compilation serves them all."""
    bodies = [code.partition(CHEATS)[2].replace("Bank", f"Bank{n}_") for n, code in enumerate(codes)]
    head, _, _ = tests[0].partition("contract BankTest")
    own = [f"contract BankTest{text.partition('contract BankTest')[2]}" for text in tests]
    own = [text.replace("Bank", f"Bank{n}_") for n, text in enumerate(own)]
    return f"{HEAD}{CHEATS}{DEPUTY}{''.join(bodies)}", head.replace("{Bank} from ", "") + "".join(own)
