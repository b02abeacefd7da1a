"""Receipts: a signed statement of what was run on which code, and what it said.

The statement is canonical JSON (sorted keys, no spaces, ASCII) signed with Ed25519 (RFC 8032). It holds
digests rather than code, so a receipt can be shown to people who may not see the code; whoever has the code
can check that it is the one that was judged.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from verifiers.domain import (
    Attempt,
    Candidate,
    CodingTask,
    Outcome,
    OutcomeStatus,
    Receipt,
    Status,
    Verdict,
    digest,
)
from verifiers.errors import InvalidInput
from verifiers.policy import suppressed_findings

FORMAT = "acrisol-receipt/1"
AUDIT_FORMAT = "acrisol-audit-receipt/1"  # made by verifiers.audit_receipt
_MOST_FAULTS = 5  # that a message names


class Signer:
    """Holds the signing key.

    Args:
        key: An Ed25519 private key.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> Signer:
        """Load the key, or make one on first use (PEM, mode 0600).

        Raises:
            InvalidInput: the file is there, but holds no Ed25519 private key.
        """
        try:
            pem = path.read_bytes()
        except FileNotFoundError:
            pem = _create_key(path)
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError) as error:
            raise InvalidInput(
                "signing key", f"{path} holds no private key.", "Move it away and a new one is made."
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise InvalidInput("signing key", f"{path} is not an Ed25519 key.", "Move it away.")
        return cls(key)

    @property
    def key_id(self) -> str:
        """First 16 hex characters of the SHA-256 of the raw public key."""
        return _key_id(self._public_bytes())

    def sign(self, task: CodingTask, outcome: Outcome, version: str, now: datetime | None = None) -> Receipt:
        """Sign what was done for a task.

        Args:
            task: The task.
            outcome: Its outcome, without a receipt.
            version: Acrisol's version.
            now: Time of signing; the current time if None.
        """
        return self.seal(_statement(task, outcome, version, now or datetime.now(UTC)))

    def seal(self, statement: Mapping[str, Any]) -> Receipt:
        """Sign a statement of the format :data:`FORMAT`, or of one that :func:`verify_receipt` knows.

        Args:
            statement: JSON values only.
        """
        text = canonical(statement)
        public = self._public_bytes()
        return Receipt(
            statement=text,
            key_id=_key_id(public),
            public_key=base64.b64encode(public).decode(),
            signature=base64.b64encode(self._key.sign(text.encode())).decode(),
        )

    def _public_bytes(self) -> bytes:
        return self._key.public_key().public_bytes_raw()


def canonical(value: Any) -> str:
    """Canonical JSON text: sorted keys, no spaces, no NaN, ASCII only (a tool may say any text at all)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def verify_receipt(
    receipt: Receipt, candidate: Candidate | None = None, trusted_key_ids: frozenset[str] | None = None
) -> dict[str, Any]:
    """Check a receipt and return its statement.

    Args:
        receipt: The receipt.
        candidate: If given, the code must be the accepted code; see :func:`check_code`.
        trusted_key_ids: If given, the key must be one of these.

    Raises:
        InvalidInput: the signature, the key or the code does not match; the message says which.
    """
    try:
        public = base64.b64decode(receipt.public_key, validate=True)
        signature = base64.b64decode(receipt.signature, validate=True)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, receipt.statement.encode())
    except (ValueError, InvalidSignature) as error:
        raise InvalidInput("receipt", "The signature does not match the statement.") from error
    if _key_id(public) != receipt.key_id:
        raise InvalidInput("receipt.key_id", "The key id does not belong to the public key.")
    if trusted_key_ids is not None and receipt.key_id not in trusted_key_ids:
        raise InvalidInput("receipt.key_id", f"The key {receipt.key_id} is not a trusted one.")
    statement = _read(receipt.statement)
    if candidate is not None:
        given = {file.path: (digest(file.content),) for file in candidate.files}
        check_code(statement, given, any_name=len(given) == 1)
    return statement


def check_code(
    statement: Mapping[str, Any],
    given: Mapping[str, Collection[str]],
    *,
    any_name: bool = False,
    folder: PurePosixPath | None = None,
) -> None:
    """Check that code is what a statement is about: every file of it, in its place, and nothing besides.

    What lies beside an accepted file can be run in its stead, and two files that change names are other code.
    An audit vouches for what it judged, and not for its being good: that is its verdict's to say. Its tests
    and libraries may lie there too, as they were.

    Args:
        statement: A receipt's; see :func:`verify_receipt`.
        given: For every path, the digests of what lies there: more than one where it has several readings.
        any_name: Take a single file for the accepted one, whatever it is called.
        folder: Where ``given`` lies, whole: it may be that part of a project in which all accepted files are.

    Raises:
        InvalidInput: it is other code; the message names the files.
    """
    vouched = _files(statement, "audited" if statement["format"] == AUDIT_FORMAT else "solution")
    beside = {}
    if statement["format"] == AUDIT_FORMAT:
        beside = {**_digests(statement.get("tests")), **_digests(statement.get("libraries"))}
    if any_name and len(vouched) == len(given) == 1:
        given = dict(zip(vouched, given.values(), strict=True))
    elif folder is not None and not vouched.keys() & given.keys():
        given = {f"{_shared(vouched, folder)}{path}": digests for path, digests in given.items()}
    known = {**beside, **vouched}
    faults = [f"{path} is not covered by it" for path in sorted(given.keys() - known.keys())]
    faults += [
        f"{path} is other code"
        for path in sorted(given.keys() & known.keys())
        if known[path] not in given[path]
    ]
    faults += [f"{path} is missing" for path in sorted(vouched.keys() - given.keys())]
    if not vouched:
        faults = ["it vouches for none"]
    if faults:
        more = f", and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        said = ", ".join(fault if fault.isprintable() else ascii(fault) for fault in faults[:_MOST_FAULTS])
        raise InvalidInput("code", f"This is not the code that the receipt vouches for: {said}{more}.")


def _read(statement: str) -> dict[str, Any]:
    """The statement as a value: whoever holds a key can sign anything, so it may be of any form."""
    try:
        value = json.loads(statement)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("receipt.statement", "The statement is not JSON.") from error
    if not isinstance(value, dict) or value.get("format") not in (FORMAT, AUDIT_FORMAT):
        raise InvalidInput("receipt.statement", f"The statement is not of the format {FORMAT}.")
    return value


def accepts(statement: Mapping[str, Any]) -> bool:
    """Whether a statement says that its code was accepted: a genuine receipt may also tell of a failure."""
    if statement.get("format") == AUDIT_FORMAT:
        return statement.get("verdict") == Status.PASSED.value
    return statement.get("status") == OutcomeStatus.SOLVED.value and statement.get("solution") is not None


def _files(statement: Mapping[str, Any], part: str) -> dict[str, str]:
    """Digests of a part's files, by path; anybody can sign anything, so there may be none."""
    value = statement.get(part)
    return _digests(value.get("files")) if isinstance(value, dict) else {}


def _digests(files: Any) -> dict[str, str]:
    return {path: str(value) for path, value in files.items()} if isinstance(files, dict) else {}


def _shared(paths: Collection[str], folder: PurePosixPath) -> str:
    """The folder that all paths are in, with a slash, if ``folder`` ends like it; else nothing."""
    parents = [PurePosixPath(path).parts[:-1] for path in paths]
    shared = parents[0] if parents else ()
    while any(parts[: len(shared)] != shared for parts in parents):
        shared = shared[:-1]
    return "".join(f"{part}/" for part in shared) if shared and folder.parts[-len(shared) :] == shared else ""


def _statement(task: CodingTask, outcome: Outcome, version: str, now: datetime) -> dict[str, Any]:
    solution = outcome.solution
    return {
        "format": FORMAT,
        "acrisol": version,
        "signed_at": now.isoformat(timespec="seconds"),
        "task": task.digest,
        "language": task.language.value,
        "policy": task.policy.model_dump(mode="json"),
        "policy_digest": task.policy.digest,
        "status": outcome.status.value,
        "reason": outcome.reason,
        "tests": outcome.tests,
        "attempts": [
            {"attempt": attempt.number, "sample": attempt.sample, "candidate": attempt.candidate.digest}
            for attempt in outcome.attempts
        ],
        "solution": None
        if solution is None
        else {
            "candidate": solution.candidate.digest,
            "files": {file.path: digest(file.content) for file in solution.candidate.files},
            "model": solution.candidate.model,
            "prompt": solution.candidate.prompt_digest,
            "verdicts": [_verdict(verdict) for verdict in solution.verdicts],
            "suppressions": _suppressions(task, solution),
        },
    }


def _suppressions(task: CodingTask, solution: Attempt) -> list[dict[str, Any]]:
    """What the policy took out for the solution to be accepted.

    No date is looked at: the solution was accepted, so what it needed was in force when that was decided.
    """
    applied = suppressed_findings(task.policy.for_language(task.language), solution.verdicts)
    return [
        {
            "verifier": item.verifier,
            "rule": item.finding.rule,
            "finding": item.finding.fingerprint,
            "reason": item.by.reason,
            "expires": item.by.expires.isoformat(),
        }
        for item in applied
    ]


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verifier": verdict.verifier,
        "status": verdict.status.value,
        "summary": verdict.summary,
        "tool": verdict.tool,
        "findings": sorted(finding.fingerprint for finding in verdict.findings),
        "evidence": verdict.evidence,
    }


def _key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def _create_key(path: Path) -> bytes:
    """Make a key file unless another process was faster; the file's bytes either way."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        os.link(scratch, path)  # atomic: fails if another process has made the key meanwhile
    except FileExistsError:
        return path.read_bytes()
    finally:
        scratch.unlink()
    return pem
