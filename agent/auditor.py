"""From settings to audits: sandbox, verifiers and signature, without a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

from agent.settings import AgentSettings
from agent.verifier_wiring import chosen_sandbox, environments, solidity_toolchain
from verifiers.audit_receipt import signed
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import Verdict
from verifiers.receipt import Signer
from verifiers.registry import build_verifiers
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.audits.audit import Measure, run_audit
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.testing.measurement import Measuring
from verifiers.verifier import Verifier
from verifiers.version import acrisol_version


class Auditor:
    """Audits Solidity and signs what came out. Safe to call from several threads.

    Args:
        sandbox: Where the verifiers run things; closed with the auditor.
        verifiers: All there are.
        measure: Measures gas and coverage of tests.
        signer: Signs receipts.
    """

    def __init__(
        self, sandbox: Sandbox, verifiers: Sequence[Verifier], measure: Measure, signer: Signer
    ) -> None:
        self._sandbox = sandbox
        self._measure = measure
        self._verifiers = tuple(verifiers)
        self._signer = signer

    def audit(
        self,
        request: AuditRequest,
        *,
        on_verdict: Callable[[Verdict], None] = lambda verdict: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Audit:
        """Audit some code; see :func:`verifiers.solidity.audits.audit.run_audit`, also for what is raised."""
        made = run_audit(
            request,
            self._verifiers,
            acrisol_version(),
            measure=self._measure,
            on_verdict=on_verdict,
            should_stop=should_stop,
        )
        return signed(made, self._signer)

    def close(self) -> None:
        """Give the sandbox back; idempotent."""
        self._sandbox.close()

    def __enter__(self) -> Auditor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def build_auditor(settings: AgentSettings) -> Auditor:
    """An auditor by its settings.

    Raises:
        SandboxUnavailable: no sandbox can be had.
        InvalidInput: the key for signing cannot be read or made.
    """
    toolchain = solidity_toolchain(settings)
    signer = Signer.from_file(settings.home.expanduser() / "receipt-key.pem")
    sandbox = chosen_sandbox(settings, environments(settings, toolchain))
    compilations = Compilations(sandbox, toolchain)
    verifiers = build_verifiers(sandbox, toolchain, settings.packages, compilations)
    return Auditor(sandbox, verifiers, Measuring(sandbox, toolchain, compilations), signer)
