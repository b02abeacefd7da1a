"""Contracts held to their standards by the real forge: what is broken is found, what is sound left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.solidity.record_conformance import compiled, recorded
from tests.integration.solidity.tools import CONTRACTS, TASK, installed, sandbox_for, source
from tests.requirements import require
from verifiers.domain import Candidate, CodingTask, Language, Severity, SourceFile, Status, Verdict
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.conformance import suite
from verifiers.solidity.conformance.verifier import SolidityConformanceVerifier

CLEAN = Path(__file__).parents[3] / "benchmarks" / "contracts" / "clean"
SECONDS = 300
# Contract of broken_tokens.sol -> the rule that it breaks.
BROKEN = {
    "Silent": "erc20.transfer_emits",
    "FalseInsteadOfRevert": "erc20.transfer_beyond_the_balance_reverts",
    "Leaking": "erc20.transfer_moves_what_it_says",
    "Doubling": "erc20.transfer_to_oneself",
    "Wrapping": "erc20.transfer_beyond_the_balance",
    "Unspent": "erc20.allowance_is_spent",
    "Unasked": "erc20.nobody_spends_without_allowance",
    "Quiet": "erc20.approve_emits",
    "Adding": "erc20.approve_sets_the_allowance",
    "NoZero": "erc20.transfer_of_zero",
    "Minting": "erc20.nobody_makes_tokens",
    "Burning": "erc20.burning_lowers_the_supply",
    "Halting": "erc20.pause_stops_transfers",
    "Owned": "ownership.strangers_do_not_take_over",
    "Unsafe721": "erc721.safe_transfer_respects_the_answer",
    "Sticky721": "erc721.approval_lasts_for_one_transfer",
    "Open721": "erc721.strangers_transfer_nothing",
    "Nobodys721": "erc721.nobody_owns_what_is_not_there",
    "Generous4626": "erc4626.rounding_favours_the_vault",
    "Giving4626": "erc4626.rounding_favours_the_vault",
    "Open4626": "erc4626.strangers_withdraw_nothing",
    "Again": "upgrade.initialises_once",
    "Cheating": "cheat-code",
}
SOUND = ("Sound20", "Sound721", "Sound4626", "Taxing")
OLD = """pragma solidity ^0.4.24;
contract Old {
    mapping(address => uint) balances;
    mapping(address => mapping(address => uint)) allowed;
    uint supply;
    event Transfer(address indexed from, address indexed to, uint value);
    event Approval(address indexed owner, address indexed spender, uint value);
    constructor(uint supply_) public { supply = supply_; balances[msg.sender] = supply_; }
    function totalSupply() public view returns (uint) { return supply; }
    function balanceOf(address a) public view returns (uint) { return balances[a]; }
    function allowance(address a, address b) public view returns (uint) { return allowed[a][b]; }
    function approve(address b, uint v) public returns (bool) {
        allowed[msg.sender][b] = v; emit Approval(msg.sender, b, v); return true;
    }
    function transfer(address to, uint v) public returns (bool) { return move(msg.sender, to, v); }
    function transferFrom(address from, address to, uint v) public returns (bool) {
        require(allowed[from][msg.sender] >= v);
        allowed[from][msg.sender] -= v;
        return move(from, to, v);
    }
    function move(address from, address to, uint v) private returns (bool) {
        require(balances[from] - v >= 0);
        balances[from] -= v; balances[to] += v; emit Transfer(from, to, v); return true;
    }
}
"""
HIDING = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Hiding {
    address constant MACHINE = 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D;
    fallback() external {
        (bool ok,) = MACHINE.call(abi.encodeWithSignature("CHEAT()"));
        require(ok);
    }
    function owner() external pure returns (address) { return address(1); }
    function transferOwnership(address) external {
        (bool ok,) = MACHINE.call(abi.encodeWithSignature("CHEAT()"));
        require(ok);
    }
}
"""


@pytest.fixture(scope="module")
def verifier() -> SolidityConformanceVerifier:
    toolchain = installed()
    require("solc", toolchain.forge is not None, "scripts/install-solidity")
    sandbox = sandbox_for(toolchain)
    return SolidityConformanceVerifier(sandbox, toolchain, Compilations(sandbox, toolchain))


@pytest.fixture(scope="module")
def broken(verifier: SolidityConformanceVerifier) -> Verdict:
    text = (CONTRACTS / "broken_tokens.sol").read_text()
    return verifier.verify(TASK, source(text, "Tokens.sol"), SECONDS)


def rules_of(verdict: Verdict, contract: str) -> set[str]:
    spoken = (f"{contract} breaks", f"{contract} calls", f"{contract} looks")
    return {
        finding.rule.removeprefix("conformance.")
        for finding in verdict.findings
        if any(words in finding.message for words in spoken)
    }


@pytest.mark.parametrize("contract", BROKEN)
def test_what_is_broken_is_found(broken: Verdict, contract: str) -> None:
    assert broken.status is Status.FAILED, broken.summary
    assert BROKEN[contract] in rules_of(broken, contract)


@pytest.mark.parametrize("contract", SOUND)
def test_what_is_sound_is_left_alone(broken: Verdict, contract: str) -> None:
    assert rules_of(broken, contract) == set()


def test_a_violation_names_section_line_fix_and_what_was_seen(broken: Verdict) -> None:
    (found,) = [item for item in broken.findings if item.message.startswith("NoZero breaks")]
    assert "(ERC-20, transfer)" in found.message
    assert "transfer(carol, 0) was refused" in (found.counterexample or "")
    assert "Remove the check" in found.fix
    text = (CONTRACTS / "broken_tokens.sol").read_text().split("\n")
    assert found.location is not None
    assert "function transfer" in text[found.location.line - 1]


def test_what_is_only_a_should_does_not_block(broken: Verdict) -> None:
    (found,) = [item for item in broken.findings if item.message.startswith("FalseInsteadOfRevert breaks")]
    assert found.severity is Severity.LOW


def test_sound_contracts_of_every_kind_pass(verifier: SolidityConformanceVerifier) -> None:
    names = (
        "ArtCollection",
        "GameItems",
        "PausableToken",
        "UpgradeableBox",
        "YieldVault",
        "CappedPermitToken",
    )
    files = tuple(
        SourceFile(path=f"{name}.sol", content=(CLEAN / f"{name}.sol").read_text()) for name in names
    )
    verdict = verifier.verify(TASK, Candidate(files=files), SECONDS)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.findings == ()
    assert verdict.evidence["not_exercised"] == {}
    passed = verdict.evidence["passed"]
    assert isinstance(passed, list)
    assert len(passed) > 80


def test_a_token_of_an_old_compiler_is_held_to_the_same(verifier: SolidityConformanceVerifier) -> None:
    verdict = verifier.verify(TASK, source(OLD), SECONDS)
    rules = rules_of(verdict, "Old")
    assert "erc20.transfer_beyond_the_balance" in rules
    assert "erc20.transfer_moves_what_it_says" not in rules


@pytest.mark.parametrize("cheat", ["pauseTracing", "getRecordedLogs"])
def test_who_calls_cheat_codes_never_passes(verifier: SolidityConformanceVerifier, cheat: str) -> None:
    verdict = verifier.verify(TASK, source(HIDING.replace("CHEAT", cheat)), SECONDS)
    assert verdict.status is (Status.INCOMPLETE if cheat == "pauseTracing" else Status.FAILED), verdict


def test_a_standard_that_the_task_names_and_the_contract_lacks_is_told(
    verifier: SolidityConformanceVerifier,
) -> None:
    task = CodingTask(language=Language.SOLIDITY, instruction="Write an ERC-20 token with permit (EIP-2612).")
    verdict = verifier.verify(task, source(OLD), SECONDS)
    (found,) = [item for item in verdict.findings if item.rule == "conformance.erc-2612.not-implemented"]
    assert "nonces(address)" in found.message
    assert verdict.status is Status.FAILED


def test_a_named_token_that_never_moves_is_not_passed(verifier: SolidityConformanceVerifier) -> None:
    task = CodingTask(language=Language.SOLIDITY, instruction="Write an ERC-20 token.")
    stuck = OLD.replace("require(balances[from] - v >= 0);", "require(balances[from] < v);")
    verdict = verifier.verify(task, source(stuck), SECONDS)
    assert verdict.apart_from_findings is not Status.PASSED
    assert "its holder may not transfer" in str(verdict.evidence["not_scanned"])


def test_an_upgrade_keeps_the_storage_in_place(verifier: SolidityConformanceVerifier) -> None:
    box = (
        "contract Box { uint256 a; address b; uint256[10] __gap; function initialize(address) external {} }\n"
    )
    after = box.replace("Box", "BoxV2").replace("uint256[10] __gap", "uint256 c; uint256[9] __gap")
    head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
    task = TASK.model_copy(update={"files": (SourceFile(path="Box.sol", content=head + box),)})
    changed = head + box.replace("uint256 a; address b;", "address b; uint256 a;") + after
    verdict = verifier.verify(task, source(changed, "Box.sol"), SECONDS)
    told = [item.message for item in verdict.findings if "storage-layout" in item.rule]
    assert any("Box cannot follow Box as it was behind a proxy: a was at slot 0" in text for text in told)
    assert any("BoxV2 cannot follow Box behind a proxy" in text for text in told)


def test_what_is_recorded_is_what_the_compiler_makes() -> None:
    toolchain = installed()
    made = recorded(compiled(Compilations(sandbox_for(toolchain), toolchain), ["Erc165"]))
    assert made.code("Erc165") == suite.record().code("Erc165")
    assert made.compiler == suite.record().compiler
