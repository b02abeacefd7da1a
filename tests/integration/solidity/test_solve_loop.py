"""The whole loop for a contract with the user's tests: only the model's answers are recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.solver import Solver
from models.recorded import RecordedModel
from tests.integration.solidity.tools import installed, sandbox_for
from tests.requirements import require
from verifiers.domain import Budget, CodingTask, Language, OutcomeStatus, SourceFile, Status, TestSuite
from verifiers.errors import InvalidInput
from verifiers.receipt import Signer, verify_receipt
from verifiers.solidity.analysis.patterns import SolidityPatternsVerifier
from verifiers.solidity.analysis.slither import SlitherVerifier
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.compiling.compile import SolidityCompileVerifier
from verifiers.solidity.testing.solidity_tests import SolidityTestsVerifier
from verifiers.verifier import Verifier

ANSWERS = Path(__file__).parent / "answers" / "vault.jsonl"
TESTS = (Path(__file__).parent / "answers" / "Vault.t.sol").read_text()


@pytest.fixture(scope="module")
def verifiers() -> list[Verifier]:
    toolchain = installed()
    require("solc", toolchain.forge is not None, "scripts/install-solidity")
    sandbox = sandbox_for(toolchain)
    compilations = Compilations(sandbox, toolchain)
    return [
        SolidityCompileVerifier(compilations),
        SolidityTestsVerifier(sandbox, toolchain, compilations),
        SolidityPatternsVerifier(compilations),
        SlitherVerifier(sandbox, toolchain, compilations),
    ]


def test_a_reentrant_vault_is_mended_after_the_tests_have_shown_the_attack(
    verifiers: list[Verifier], tmp_path: Path
) -> None:
    task = CodingTask(
        language=Language.SOLIDITY,
        instruction="Write an ether vault: deposit() payable, withdraw(uint256), balanceOf(address).",
        tests=TestSuite(files=(SourceFile(path="Vault.t.sol", content=TESTS),)),
        budget=Budget(samples=1, attempts=3, seconds=600),
    )
    signer = Signer.from_file(tmp_path / "key.pem")
    outcome = Solver(RecordedModel(ANSWERS), verifiers).solve(task)
    assert outcome.status is OutcomeStatus.SOLVED, outcome.reason
    first, second = outcome.attempts
    assert [file.path for file in first.candidate.files] == ["src/Vault.sol"]
    failed = {verdict.verifier: verdict for verdict in first.verdicts}["solidity-tests"]
    assert failed.status is Status.FAILED
    assert "Vault.t.sol::VaultTest.test_nobody_takes_more_than_their_own" in first.feedback
    assert "taken twice" in first.feedback
    passed = {verdict.verifier: verdict for verdict in second.verdicts}["solidity-tests"]
    assert passed.summary == "4 of 4 tests passed"
    assert outcome.solution is not None
    assert outcome.solution.candidate == second.candidate
    receipt = signer.sign(task, outcome, "test")
    statement = verify_receipt(receipt, second.candidate, frozenset((signer.key_id,)))
    assert "solidity-tests" in str(statement)
    with pytest.raises(InvalidInput, match="not the code"):
        verify_receipt(receipt, first.candidate)
