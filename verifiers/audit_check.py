"""What can be said of an audit before it is run."""

from __future__ import annotations

from verifiers.audit_values import AuditRequest
from verifiers.errors import InvalidInput
from verifiers.policy import misnamed
from verifiers.registry import NAMES


def check_audit(request: AuditRequest) -> None:
    """Say at once what would otherwise come out only after the audit has run.

    Raises:
        InvalidInput: the policy names a verifier that there is not.
    """
    for field, name in misnamed(request.policy, NAMES):
        raise InvalidInput(
            f"policy.{field.rpartition('.')[0]}",
            f"there is no verifier named '{name}'.",
            f"Use one of: {', '.join(NAMES)}.",
        )
