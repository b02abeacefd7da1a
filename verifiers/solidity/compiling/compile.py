"""Does it compile? The ``solc`` verifier."""

from __future__ import annotations

import time

from verifiers.domain import Candidate, CodingTask, Finding, Language, Status, Verdict
from verifiers.policy import blocks
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled, said, tool_of
from verifiers.solidity.compiling.project import project_of
from verifiers.verifier import Stage

NAME = "solc"


class SolidityCompileVerifier:
    """Blocks candidates that do not compile with a compiler that their pragma allows."""

    name = NAME
    stage = Stage.SCREEN

    def __init__(self, compilations: Compilations) -> None:
        self._compilations = compilations

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
        made = self._compilations.compile(project_of(task, candidate), seconds)
        verdict = made.verdict(NAME) if isinstance(made, NotCompiled) else judge(task, made)
        return verdict.model_copy(update={"duration_s": time.monotonic() - started})


def judge(task: CodingTask, compilation: Compilation) -> Verdict:
    """The verdict on what compiled: warnings are findings, too. Pure."""
    compiled, compiler = compilation.compiled, compilation.compiler
    failed = any(blocks(task.policy, item) for item in compiled.findings)
    contracts = [f"{contract.path}:{contract.name}" for contract in compiled.contracts]
    return Verdict(
        verifier=NAME,
        status=Status.FAILED if failed else Status.PASSED,
        summary=said(compiler, compiled.findings) if failed else _summary(compilation, compiled.findings),
        findings=compiled.findings,
        evidence={**compilation.evidence, "contracts": contracts[:200], "optimizer_runs": 200},
        tool=tool_of(compiler),
    )


def _summary(compilation: Compilation, findings: tuple[Finding, ...]) -> str:
    names = ", ".join(contract.name for contract in compilation.compiled.contracts[:5])
    notes = f"; warnings and notes: {len(findings)}" if findings else ""
    return f"solc {compilation.compiler.version} compiles {names}{notes}."
