"""A receipt vouches for one statement and one piece of code, and for nothing else."""

from __future__ import annotations

import base64
import hashlib
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Outcome,
    OutcomeStatus,
    Receipt,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.errors import InvalidInput
from verifiers.receipt import Signer, verify_receipt

CODE = Candidate(files=(SourceFile(path="solution.py", content="x = 1\n"),))
OTHER = Candidate(files=(SourceFile(path="solution.py", content="x = 2\n"),))
TASK = CodingTask(instruction="define x")
ATTEMPT = Attempt(
    number=1, candidate=CODE, verdicts=(Verdict(verifier="tests", status=Status.PASSED, summary="1 passed"),)
)
OUTCOME = Outcome(status=OutcomeStatus.SOLVED, reason="ok", solution=ATTEMPT, attempts=(ATTEMPT,))


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.from_file(tmp_path / "keys" / "receipt.pem")


def test_a_signed_receipt_verifies_and_names_the_code(signer: Signer) -> None:
    receipt = signer.sign(TASK, OUTCOME, "0.1", datetime(2026, 1, 2, tzinfo=UTC))
    statement = verify_receipt(receipt, CODE, frozenset({signer.key_id}))
    assert statement["solution"]["candidate"] == CODE.digest
    assert statement["signed_at"] == "2026-01-02T00:00:00+00:00"


def test_other_code_is_refused(signer: Signer) -> None:
    with pytest.raises(InvalidInput, match="not the code"):
        verify_receipt(signer.sign(TASK, OUTCOME, "0.1"), OTHER)


def test_a_receipt_without_a_solution_vouches_for_no_code(signer: Signer) -> None:
    outcome = Outcome(status=OutcomeStatus.EXHAUSTED, reason="no", attempts=(ATTEMPT,))
    receipt = signer.sign(TASK, outcome, "0.1")
    assert verify_receipt(receipt)["solution"] is None
    with pytest.raises(InvalidInput, match="not the code"):
        verify_receipt(receipt, CODE)


def test_a_changed_statement_is_refused(signer: Signer) -> None:
    receipt = signer.sign(TASK, OUTCOME, "0.1")
    forged = receipt.model_copy(update={"statement": receipt.statement.replace("passed", "passed!")})
    with pytest.raises(InvalidInput, match="signature"):
        verify_receipt(forged)


def test_a_foreign_key_is_refused_where_keys_are_trusted(signer: Signer, tmp_path: Path) -> None:
    stranger = Signer.from_file(tmp_path / "stranger.pem").sign(TASK, OUTCOME, "0.1")
    verify_receipt(stranger)
    with pytest.raises(InvalidInput, match="not a trusted"):
        verify_receipt(stranger, CODE, frozenset({signer.key_id}))
    with pytest.raises(InvalidInput, match="key id"):
        verify_receipt(stranger.model_copy(update={"key_id": signer.key_id}), CODE)


def test_the_key_is_kept_private_and_used_again(tmp_path: Path) -> None:
    path = tmp_path / "receipt.pem"
    first = Signer.from_file(path)
    assert Signer.from_file(path).key_id == first.key_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["receipt.pem"]


def test_a_broken_key_file_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "receipt.pem"
    path.write_text("nonsense")
    with pytest.raises(InvalidInput, match="no private key"):
        Signer.from_file(path)


def test_a_tool_may_say_any_text_at_all(signer: Signer) -> None:
    odd = Verdict(
        verifier="tests", status=Status.PASSED, summary="lone \ud800 surrogate", evidence={"x": "\udfff"}
    )
    attempt = Attempt(number=1, candidate=CODE, verdicts=(odd,))
    outcome = Outcome(status=OutcomeStatus.SOLVED, reason="ok", solution=attempt, attempts=(attempt,))
    statement = verify_receipt(signer.sign(TASK, outcome, "0.1"), CODE)
    assert statement["solution"]["verdicts"][0]["summary"] == odd.summary


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "null",
        "[]",
        "7",
        "[" * 100_000,
        '{"format": "other/1"}',
        '{"format": "acrisol-receipt/1", "solution": []}',
        '{"format": "acrisol-receipt/1", "solution": {"files": {"a": [1]}}}',
    ],
)
def test_a_signed_statement_of_any_form_is_refused_in_words(statement: str) -> None:
    """Anybody can sign anything with a key of their own."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    receipt = Receipt(
        statement=statement,
        key_id=hashlib.sha256(public).hexdigest()[:16],
        public_key=base64.b64encode(public).decode(),
        signature=base64.b64encode(key.sign(statement.encode())).decode(),
    )
    with pytest.raises(InvalidInput):
        verify_receipt(receipt, CODE)
