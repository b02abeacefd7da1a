"""The statement that a receipt of an audit signs: what was audited, by what, and what came out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from verifiers.audit_values import Audit, Role
from verifiers.domain import digest
from verifiers.receipt import AUDIT_FORMAT, Signer


def signed(audit: Audit, signer: Signer, now: datetime | None = None) -> Audit:
    """The audit with a receipt.

    Args:
        audit: Without one.
        signer: Holds the key.
        now: Time of signing; the current time if None.
    """
    receipt = signer.seal(_statement(audit, now or datetime.now(UTC)))
    return audit.model_copy(update={"receipt": receipt})


def _statement(audit: Audit, now: datetime) -> dict[str, Any]:
    files = {
        role.value: {file.path: file.sha256 for file in audit.scope if file.role is role} for role in Role
    }
    return {
        "format": AUDIT_FORMAT,
        "acrisol": audit.acrisol,
        "signed_at": now.isoformat(timespec="seconds"),
        "started_at": audit.started_at.isoformat(timespec="seconds"),
        "name": audit.name,
        "verdict": audit.verdict.value,
        "reason": audit.reason,
        "policy": audit.policy.model_dump(mode="json"),
        "policy_digest": audit.policy.digest,
        "compiler": audit.compiler.model_dump(mode="json"),
        "audited": {"digest": audit.digest, "files": files[Role.JUDGED.value]},
        "tests": files[Role.TEST.value],
        "libraries": files[Role.LIBRARY.value],
        "findings": [
            {
                "id": item.id,
                "rule": item.finding.rule,
                "severity": item.finding.severity.value,
                "finding": item.finding.fingerprint,
                "blocks": item.blocks,
                "confirmation": item.confirmation.value if item.confirmation else None,
            }
            for item in audit.findings
        ],
        "checks": [
            {
                "verifier": check.verifier,
                "status": check.status.value if check.status else None,
                "tool": check.tool,
                "gaps": list(check.gaps),
            }
            for check in audit.checks
        ],
        # Everything else that the audit says: whoever has it can check that nothing was changed.
        "audit": digest(audit.model_copy(update={"receipt": None}).model_dump_json()),
    }
