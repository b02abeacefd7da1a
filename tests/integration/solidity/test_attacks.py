"""Attacks on real contracts in forge's EVM: harm done, guard held, and contracts that cheat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.solidity.tools import TASK, installed, sandbox_for
from tests.requirements import require
from verifiers.domain import Candidate, Confirmation, Finding, Location, Severity, SourceFile, Status
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.analysis.patterns import SolidityPatternsVerifier
from verifiers.solidity.compiling.compilation import Compilation, Compilations
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.confirm.confirmed import Confirmed
from verifiers.solidity.confirm.confirmer import Confirmer
from verifiers.solidity.confirm.render import with_code
from verifiers.solidity.exploring.sequences import Role, Step, TransactionSequence
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Remembering

PAIRS = Path(__file__).parents[3] / "benchmarks" / "contracts" / "exploitable"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
VM = "address constant VM = 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D;\n"

BANK = """
contract {name} {{
    mapping(address => uint256) public credit;
    bool private busy;
    modifier lock() {{ require(!busy, "busy"); busy = true; _; busy = false; }}
    function deposit() external payable {{ credit[msg.sender] += msg.value; }}
    function withdraw() external {lock} {{
        uint256 amount = credit[msg.sender];
        {before}
        (bool sent, ) = msg.sender.call{{value: amount}}(""); // here
        require(sent, "not sent");
        credit[msg.sender] = 0;
    }}
}}
"""
# What is written in the guard's way is for exactly the attacker whom the attack does not try.
BACK_DOOR = """
contract BackDoor {
    address private owner = msg.sender;
    function close(uint256 key) external {
        require(msg.sender == owner || key == 77, "not the owner");
        selfdestruct(payable(msg.sender)); // here
    }
}
"""
OWNED = """
contract Owned {
    address private immutable owner;
    uint256 public immutable end;
    constructor(address owner_, uint256 duration, string memory name) payable {
        require(duration > 1 hours && bytes(name).length > 0, "strange");
        owner = owner_;
        end = block.timestamp + duration;
    }
    function close() external {
        require(msg.sender == owner, "not the owner");
        selfdestruct(payable(msg.sender)); // here
    }
}
"""
STRANGE = """
contract Strange {
    struct Settings { uint256 a; address b; }
    constructor(Settings memory) {}
    function close() external { selfdestruct(payable(msg.sender)); } // here
}
"""


def bank(name: str, *, lock: str = "", before: str = "") -> str:
    return BANK.format(name=name, lock=lock, before=before)


SOURCES = {
    "Open.sol": HEAD + bank("Open"),
    "Guarded.sol": HEAD + bank("Guarded", lock="lock"),
    "Skips.sol": HEAD
    + VM
    + bank("Skips", lock="lock", before='VM.call(abi.encodeWithSignature("assume(bool)", true));'),
    "Late.sol": HEAD
    + VM
    + bank("Late", before='if (busy) VM.call(abi.encodeWithSignature("skip(bool)", true)); busy = true;'),
    "BackDoor.sol": HEAD + BACK_DOOR,
    "Owned.sol": HEAD + OWNED,
    "Strange.sol": HEAD + STRANGE,
}
WEAKNESS = {"BackDoor.sol": "SWC-106", "Owned.sol": "SWC-106", "Strange.sol": "SWC-106"}


@pytest.fixture(scope="module")
def tools() -> SolidityToolchain:
    toolchain = installed()
    require("forge", toolchain.forge is not None, "scripts/install-solidity")
    return toolchain


@pytest.fixture(scope="module")
def sandbox(tools: SolidityToolchain) -> Iterator[Sandbox]:
    opened = sandbox_for(tools)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def compilations(sandbox: Sandbox, tools: SolidityToolchain) -> Compilations:
    return Compilations(sandbox, tools)


@pytest.fixture(scope="module")
def confirmer(sandbox: Sandbox, tools: SolidityToolchain, compilations: Compilations) -> Confirmer:
    return Confirmer(sandbox, tools, compilations)


@pytest.fixture(scope="module")
def answers(confirmer: Confirmer, compilations: Compilations) -> dict[str, Finding]:
    """All attacks in one go, as they are made for one candidate."""
    given = {path: found(path, text, WEAKNESS.get(path, "SWC-107")) for path, text in SOURCES.items()}
    results = confirmer.confirm(compiled(compilations, SOURCES), list(given.values()), 120.0)
    return dict(zip(given, results, strict=True))


def mended() -> str:
    return HEAD + bank("Open", before="credit[msg.sender] = 0;")


def compiled(compilations: Compilations, sources: dict[str, str]) -> Compilation:
    made = compilations.compile(Project(sources=sources), 60.0)
    assert isinstance(made, Compilation)
    return made


def found(path: str, text: str, swc: str) -> Finding:
    """A finding at the line that says ``here``."""
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "// here" in line)
    place = Location(path=path, line=line)
    return Finding(rule=swc, message="Weak.", severity=Severity.MEDIUM, swc=swc, location=place)


def test_the_open_bank_is_robbed_and_the_finding_is_at_least_high(answers: dict[str, Finding]) -> None:
    answer = answers["Open.sol"]
    assert answer.confirmation is Confirmation.CONFIRMED
    assert answer.severity is Severity.HIGH
    assert "withdraw()" in (answer.counterexample or "")
    assert "function test_attack()" in answer.attack_test


def test_a_lock_that_held_refutes(answers: dict[str, Finding]) -> None:
    assert answers["Guarded.sol"].confirmation is Confirmation.REFUTED


@pytest.mark.parametrize("path", ["Skips.sol", "Late.sol"])
def test_a_contract_that_calls_cheat_codes_is_never_refuted(path: str, answers: dict[str, Finding]) -> None:
    assert answers[path].confirmation is Confirmation.UNCONFIRMED
    assert "cheat codes" in answers[path].message


def test_constructor_arguments_are_guessed(answers: dict[str, Finding]) -> None:
    assert answers["Owned.sol"].confirmation is Confirmation.REFUTED


def test_a_constructor_that_cannot_be_called_leaves_it_open(answers: dict[str, Finding]) -> None:
    assert answers["Strange.sol"].confirmation is Confirmation.UNCONFIRMED
    assert "constructor" in answers["Strange.sol"].message


def test_a_guard_with_a_second_way_through_is_not_refuted(answers: dict[str, Finding]) -> None:
    assert answers["BackDoor.sol"].confirmation is Confirmation.UNCONFIRMED


def test_transactions_that_were_found_are_carried_out(
    confirmer: Confirmer, compilations: Compilations
) -> None:
    text = SOURCES["BackDoor.sol"]
    made = compiled(compilations, SOURCES)
    selector = made.output["contracts"]["BackDoor.sol"]["BackDoor"]["evm"]["methodIdentifiers"][
        "close(uint256)"
    ]
    weak = found("BackDoor.sol", text, "SWC-106")

    def answer(key: int) -> Finding:
        call = Step(caller=Role.ATTACKER, function="close(uint256)", calldata=f"0x{selector}{key:064x}")
        steps = (Step(caller=Role.DEPLOYER, creates=True), call)
        sequence = TransactionSequence(
            rule=weak.rule,
            location=weak.location,
            severity=weak.severity,
            path="BackDoor.sol",
            contract="BackDoor",
            steps=steps,
        )
        return confirmer.confirm(made, [weak], 60.0, {0: [sequence]})[0]

    assert answer(77).confirmation is Confirmation.CONFIRMED
    assert "the attacker calls with the data" in (answer(77).counterexample or "").lower()
    assert answer(78).confirmation is Confirmation.UNCONFIRMED


@pytest.mark.parametrize(
    ("modifier", "answer"),
    [(" nonReentrant", Confirmation.REFUTED), ("", Confirmation.CONFIRMED)],
)
def test_a_finding_in_a_librarys_file_is_tried_on_the_function_that_comes_there(
    modifier: str, answer: Confirmation, confirmer: Confirmer, compilations: Compilations
) -> None:
    guard = "@openzeppelin/contracts/utils/ReentrancyGuard.sol"
    text = f'''{HEAD}import {{ReentrancyGuard}} from "{guard}";
contract Bank is ReentrancyGuard {{
    mapping(address => uint256) public credit;
    function deposit() external payable {{ credit[msg.sender] += msg.value; }}
    function withdraw() external{modifier} {{
        uint256 amount = credit[msg.sender];
        (bool sent, ) = msg.sender.call{{value: amount}}("");
        require(sent, "not sent");
        credit[msg.sender] = 0;
    }}
    function idle() external nonReentrant {{}}
}}
'''
    made = compiled(compilations, {"Bank.sol": text})
    place = Location(path=guard, line=77)
    weak = Finding(rule="SWC-107", message="W.", severity=Severity.MEDIUM, swc="SWC-107", location=place)
    sequence = TransactionSequence(
        rule=weak.rule,
        location=place,
        severity=weak.severity,
        path="Bank.sol",
        contract="Bank",
        steps=(
            Step(caller=Role.DEPLOYER, creates=True),
            Step(caller=Role.ATTACKER, function="withdraw()", calldata="0x3ccfd60b"),
        ),
    )
    assert confirmer.confirm(made, [weak], 60.0, {0: [sequence]})[0].confirmation is answer
    alone = confirmer.confirm(made, [weak], 60.0)[0]
    assert alone.confirmation is Confirmation.UNCONFIRMED
    assert "names no place in the project" in alone.message


def test_a_contract_that_silences_the_report_is_not_refuted(
    confirmer: Confirmer, compilations: Compilations
) -> None:
    silence = 'VM.call(abi.encodeWithSignature("pauseTracing()"));'
    text = HEAD + VM + bank("Silent", lock="lock", before=silence)
    made = compiled(compilations, {"Silent.sol": text})
    (answer,) = confirmer.confirm(made, [found("Silent.sol", text, "SWC-107")], 60.0)
    assert answer.confirmation is Confirmation.UNCONFIRMED


def test_the_kept_attack_fails_on_the_mended_bank(
    answers: dict[str, Finding], confirmer: Confirmer, compilations: Compilations
) -> None:
    mended = compiled(compilations, SOURCES).output["contracts"]["Guarded.sol"]["Guarded"]
    kept = answers["Open.sol"].attack_test
    turned = with_code(kept, mended["evm"]["bytecode"]["object"])
    assert turned is not None
    assert confirmer.repeat([kept, turned], 60.0) == (True, False)


def test_a_later_answer_that_still_loses_is_blocked_by_name(
    answers: dict[str, Finding], confirmer: Confirmer, compilations: Compilations
) -> None:
    verifier = Confirmed(SolidityPatternsVerifier(compilations), confirmer, compilations, repeats=True)
    assert isinstance(verifier, Remembering)
    # Nothing that our detectors know any more, and the same hole.
    hidden = SOURCES["Open.sol"].replace("credit[msg.sender] = 0;", "this.clear(msg.sender);")
    hidden = hidden.replace(
        "    function deposit",
        "    function clear(address who) external { credit[who] = 0; }\n    function deposit",
    )
    for text, status in ((hidden, Status.FAILED), (mended(), Status.PASSED)):
        candidate = Candidate(files=(SourceFile(path="Open.sol", content=text),))
        verdict = verifier.verify_after(TASK, candidate, 60.0, [answers["Open.sol"]])
        names = [each.rule for each in verdict.findings if each.rule.startswith("attack.")]
        assert bool(names) is (status is Status.FAILED)
        assert verdict.status is status, verdict.summary


def test_the_oldest_compiler_and_the_whole_way(confirmer: Confirmer, compilations: Compilations) -> None:
    verifier = Confirmed(SolidityPatternsVerifier(compilations), confirmer, compilations)
    text = (PAIRS / "bank-reentrancy" / "vulnerable.sol").read_text()
    candidate = Candidate(files=(SourceFile(path="Bank.sol", content=text),))
    verdict = verifier.verify(TASK, candidate, 60.0)
    assert verdict.status is Status.FAILED
    assert [each.confirmation for each in verdict.findings] == [Confirmation.CONFIRMED]
    assert "1 confirmed" in verdict.summary


def test_without_forge_nothing_is_attacked(
    sandbox: Sandbox, tools: SolidityToolchain, compilations: Compilations
) -> None:
    without = tools.model_copy(update={"forge": None})
    confirmer = Confirmer(sandbox, without, compilations)
    verifier = Confirmed(SolidityPatternsVerifier(compilations), confirmer, compilations)
    text = (PAIRS / "bank-reentrancy" / "vulnerable.sol").read_text()
    candidate = Candidate(files=(SourceFile(path="Bank.sol", content=text),))
    verdict = verifier.verify(TASK, candidate, 60.0)
    assert verdict.status is Status.FAILED
    assert [each.confirmation for each in verdict.findings] == [None]
    assert "forge is not installed" in str(verdict.evidence["attacks"])
