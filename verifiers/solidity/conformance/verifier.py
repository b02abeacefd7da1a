"""The ``solidity-conformance`` verifier: contracts are held to their standards by tests of ours."""

from __future__ import annotations

import time
from collections.abc import Sequence

from verifiers.domain import Candidate, CodingTask, Language, Verdict
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.conformance.exercise import Exercise, exercise
from verifiers.solidity.conformance.judgement import conclude
from verifiers.solidity.conformance.plan import Target, target_of
from verifiers.solidity.testing.forge import Forge
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Stage

NAME = "solidity-conformance"
_MOST_TARGETS = 40


class SolidityConformanceVerifier:
    """Blocks contracts that break a rule of a standard which they show, or lack one that the task names."""

    name = NAME
    stage = Stage.RUN

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain, compilations: Compilations) -> None:
        self._compilations = compilations
        self._forge = Forge(sandbox, toolchain, compilations)

    def applies_to(self, task: CodingTask) -> bool:
        """For Solidity."""
        return task.language is Language.SOLIDITY

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Exercise all deployable contracts; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolMissing: forge or a compiler is not installed.
            ToolFailed: one of them could not be run.
            SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
        """
        started = time.monotonic()
        made = self._compilations.compile(project_of(task, candidate), seconds)
        if isinstance(made, NotCompiled):
            verdict = made.verdict(NAME, before="Nothing was exercised: ")
            return verdict.model_copy(update={"duration_s": time.monotonic() - started})
        targets = targets_of(made)
        shown = [target for target in targets if target.standards]
        left = seconds - (time.monotonic() - started)
        done = Exercise()
        if shown:
            done = exercise(self._forge, shown[:_MOST_TARGETS], left)
        for target in shown[_MOST_TARGETS:]:
            done = done.without(target, f"only {_MOST_TARGETS} contracts are exercised")
        previous = self._previous(task, candidate, shown, started + seconds - time.monotonic())
        verdict = conclude(NAME, task, made, targets, done, previous)
        return verdict.model_copy(
            update={
                "tool": self._forge.tool if shown else "acrisol",
                "duration_s": time.monotonic() - started,
            }
        )

    def _previous(
        self, task: CodingTask, candidate: Candidate, shown: Sequence[Target], seconds: float
    ) -> Compilation | None:
        """The task's own files, compiled, where the candidate replaces an upgradeable contract of them."""
        given = {file.path for file in task.files}
        upgraded = {
            target.path for target in shown if any(item.name == "upgradeable" for item in target.standards)
        }
        replaced = {file.path for file in candidate.files} & given & upgraded
        if not replaced or seconds <= 0:
            return None
        made = self._compilations.compile(project_of(task, Candidate(files=task.files)), seconds)
        return made if isinstance(made, Compilation) else None


def targets_of(compilation: Compilation) -> tuple[Target, ...]:
    """The project's own contracts that can stand on a chain."""
    return tuple(
        target_of(contract.path, contract.name, compilation.output["contracts"][contract.path][contract.name])
        for contract in compilation.compiled.contracts
        if contract.deployable and contract.kind == "contract"
    )
