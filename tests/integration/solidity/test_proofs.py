"""Properties, proved or refuted by the real Halmos."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from tests.integration.solidity.tools import installed, sandbox_for, source
from tests.requirements import require
from verifiers.domain import CodingTask, Language, SourceFile, Status, TestSuite, Verdict
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.testing.proofs import SolidityProofsVerifier

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
TOKEN = f"""{HEAD}
contract Token {{
    mapping(address => uint256) public balanceOf;
    constructor() {{ balanceOf[msg.sender] = 1000; }}
    function transfer(address to, uint256 amount) external {{
        TAKEN
        balanceOf[to] += amount;
    }}
}}
"""
RIGHT = TOKEN.replace("TAKEN", "balanceOf[msg.sender] -= amount;")
WRONG = TOKEN.replace("TAKEN", "if (amount != 77) balanceOf[msg.sender] -= amount;")
FREE = TOKEN.replace("TAKEN", "")
# For everything but what the tests look at, it assumes the inputs away for which it is wrong.
ASSUMES = FREE.replace(
    "contract Token",
    "interface Vm { function assume(bool) external pure; }\n\ncontract Token",
).replace(
    "balanceOf[to] +=",
    "Vm(address(uint160(uint256(keccak256('hevm cheat code'))))).assume(amount == 0); balanceOf[to] +=",
)
TESTS = f"""{HEAD}
import {{Token}} from "../src/Token.sol";

contract TokenProofs {{
    Token token;
    function setUp() public {{ token = new Token(); }}
    BODY
}}
"""
TAKES = """function check_takes(address to, uint256 amount) public {
        if (to == address(this)) return;
        token.transfer(to, amount);
        assert(token.balanceOf(address(this)) == 1000 - amount);
    }"""
NEVER = """function check_never(uint256 amount) public view {
        require(amount != amount);
        assert(token.balanceOf(address(this)) == 0);
    }"""
ROUNDS = """function check_rounds(uint8 rounds) public view {
        uint256 sum;
        for (uint256 i = 0; i < rounds; i++) sum += 1;
        assert(sum == rounds);
    }"""


class Prove(Protocol):
    """Judges a contract by properties."""

    def __call__(self, contract: str, body: str, tests: str = ...) -> Verdict: ...


@pytest.fixture(scope="module")
def prove() -> Iterator[Prove]:
    toolchain = installed()
    require("halmos", toolchain.halmos is not None, "scripts/install-solidity")
    sandbox = sandbox_for(toolchain)
    verifier = SolidityProofsVerifier(sandbox, toolchain, Compilations(sandbox, toolchain))

    def judge(contract: str, body: str, tests: str = TESTS) -> Verdict:
        suite = TestSuite(files=(SourceFile(path="test/Token.t.sol", content=tests.replace("BODY", body)),))
        task = CodingTask(language=Language.SOLIDITY, instruction="Write the token.", tests=suite)
        assert verifier.applies_to(task)
        return verifier.verify(task, source(contract, "src/Token.sol"), 60.0)

    yield judge
    sandbox.close()


def test_what_holds_for_all_inputs_is_proved(prove: Prove) -> None:
    verdict = prove(RIGHT, TAKES)
    assert (verdict.status, verdict.summary) == (Status.PASSED, "1 of 1 properties proved"), verdict
    assert verdict.evidence["judging"] == "apart"


def test_the_one_input_for_which_it_does_not_hold_is_found(prove: Prove) -> None:
    verdict = prove(WRONG, TAKES)
    assert verdict.status is Status.FAILED, verdict
    (finding,) = verdict.findings
    assert "amount = 77" in (finding.counterexample or "")
    assert finding.location is not None
    assert (finding.location.path, finding.location.line) == ("test/Token.t.sol", 9)


def test_a_contract_does_not_assume_its_faults_away(prove: Prove) -> None:
    verdict = prove(ASSUMES, TAKES)
    assert verdict.status is Status.FAILED, verdict
    assert "calls a cheat code" in verdict.summary


@pytest.mark.parametrize(
    ("body", "said"), [(NEVER, "every input makes it revert"), (ROUNDS, "rounds of each loop")]
)
def test_what_is_shown_of_some_inputs_only_is_no_proof(prove: Prove, body: str, said: str) -> None:
    verdict = prove(RIGHT, body)
    assert verdict.status is Status.INCOMPLETE, verdict
    assert said in verdict.summary


def test_a_test_contract_made_of_the_candidate_is_not_apart(prove: Prove) -> None:
    inherits = TESTS.replace("contract TokenProofs", "contract TokenProofs is Token")
    verdict = prove(RIGHT, TAKES, inherits)
    assert verdict.status is Status.INCOMPLETE
    assert "inherits" in verdict.summary
