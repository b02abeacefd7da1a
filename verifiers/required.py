"""Which verifiers a task asks for, told without running any."""

from __future__ import annotations

from typing import NoReturn

from verifiers.domain import CodingTask
from verifiers.errors import SandboxUnavailable
from verifiers.registry import build_verifiers
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Verifier


class _NoSandbox:
    """Stands where verifiers want a sandbox while they are only asked what they judge."""

    name = "none"

    def run(self, job: Job) -> ExecResult:
        self._refuse()

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        self._refuse()

    def close(self) -> None:
        """Nothing is held."""

    def _refuse(self) -> NoReturn:
        raise SandboxUnavailable("Nothing is run while verifiers are only asked what they judge.")


def all_verifiers() -> tuple[Verifier, ...]:
    """All verifiers, good for asking what they judge and for nothing else."""
    return build_verifiers(_NoSandbox(), SolidityToolchain())


def required_by(task: CodingTask) -> tuple[str, ...]:
    """Names of the verifiers that have to pass for a task: those that apply, and those its policy adds."""
    applying = [verifier.name for verifier in all_verifiers() if verifier.applies_to(task)]
    return tuple(dict.fromkeys((*applying, *task.policy.for_language(task.language).require)))
