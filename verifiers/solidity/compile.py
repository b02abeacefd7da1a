"""Does it compile? The ``solc`` verifier."""

from __future__ import annotations

import time

from verifiers.domain import Candidate, CodingTask, Finding, Language, Severity, Status, Verdict
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.compiler_output import Compiled, parse
from verifiers.solidity.pragma import Selection, select
from verifiers.solidity.solc import Stopped, run_solc, solidity_sources, standard_input
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Stage

NAME = "solc"
_SETTINGS = {
    # As contracts are deployed, so that the code size means something.
    "optimizer": {"enabled": True, "runs": 200},
    "outputSelection": {"*": {"": ["ast"], "*": ["evm.deployedBytecode.object", "evm.methodIdentifiers"]}},
}


class SolidityCompileVerifier:
    """Blocks candidates that do not compile with a compiler that their pragma allows."""

    name = NAME
    stage = Stage.SCREEN

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain

    def applies_to(self, task: CodingTask) -> bool:
        """For Solidity."""
        return task.language is Language.SOLIDITY

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Compile all Solidity files; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolMissing: no compiler is installed.
            ToolFailed: it could not be run, or its answer cannot be read.
        """
        started = time.monotonic()
        verdict = self._verify(task, candidate, seconds)
        return verdict.model_copy(update={"duration_s": time.monotonic() - started})

    def _verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        self._toolchain.require_compilers()
        sources = solidity_sources(task, candidate)
        if not sources:
            return no_sources(NAME)
        selection = select(sources, self._toolchain.versions)
        if selection.version is None:
            return unsatisfied(NAME, selection)
        compiler = self._toolchain.compiler(selection.version)
        answer = run_solc(self._sandbox, compiler, standard_input(sources, _SETTINGS), seconds)
        tool = f"solc {compiler.version} ({'native' if compiler.native else 'packaged'})"
        evidence = {
            "compiler": compiler.version,
            "pragmas": list(selection.pragmas),
            "isolation": answer.isolation,
        }
        if isinstance(answer, Stopped):
            return Verdict(
                verifier=NAME, status=answer.status, summary=f"{answer.reason}.", evidence=evidence, tool=tool
            )
        compiled = parse(answer.text, sources)
        findings = (*compiled.findings, *selection.findings)
        blocking = [item for item in findings if item.severity.rank >= task.policy.block_severity.rank]
        failed = compiled.failed or bool(blocking)
        contracts = [f"{contract.path}:{contract.name}" for contract in compiled.contracts]
        return Verdict(
            verifier=NAME,
            status=Status.FAILED if failed else Status.PASSED,
            summary=_summary(compiled, findings, compiler.version, failed),
            findings=findings,
            evidence={**evidence, "contracts": contracts[:200], "optimizer_runs": 200},
            tool=tool,
        )


def no_sources(verifier: str) -> Verdict:
    """The verdict on a candidate without any Solidity."""
    finding = Finding(
        rule="solidity.no-source",
        message="There is no file whose name ends in .sol.",
        fix="Give the contract as one Solidity file.",
        severity=Severity.HIGH,
    )
    return Verdict(verifier=verifier, status=Status.FAILED, summary=finding.message, findings=(finding,))


def unsatisfied(verifier: str, selection: Selection) -> Verdict:
    """The verdict on pragmas that no installed compiler satisfies."""
    return Verdict(
        verifier=verifier,
        status=Status.FAILED,
        summary=selection.findings[0].message,
        findings=selection.findings,
        evidence={"pragmas": list(selection.pragmas)},
    )


def _summary(compiled: Compiled, findings: tuple[Finding, ...], version: str, failed: bool) -> str:
    if failed:
        first = findings[0]
        where = f"{first.location.path}:{first.location.line}: " if first.location else ""
        return f"solc {version}: {where}{first.message[:200]}"
    names = ", ".join(contract.name for contract in compiled.contracts[:5])
    notes = f"; warnings and notes: {len(findings)}" if findings else ""
    return f"solc {version} compiles {names}{notes}."
