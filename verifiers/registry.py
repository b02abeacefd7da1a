"""All verifiers there are, and what can be said of a task before any of them runs."""

from __future__ import annotations

from verifiers.domain import CodingTask, Language
from verifiers.errors import InvalidInput
from verifiers.execution.python_import import PythonImportVerifier
from verifiers.execution.python_syntax import PythonSyntaxVerifier
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.suite import read_suite
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.solidity.compile import SolidityCompileVerifier
from verifiers.solidity.mythril import MythrilVerifier
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Verifier

NAMES = (
    PythonSyntaxVerifier.name,
    SolidityCompileVerifier.name,
    PythonTestsVerifier.name,
    PythonImportVerifier.name,
    SemgrepVerifier.name,
    MythrilVerifier.name,
)


def build_verifiers(sandbox: Sandbox, solidity: SolidityToolchain) -> tuple[Verifier, ...]:
    """One of each. A missing tool shows when a task first needs it, as a ``ToolMissing``."""
    return (
        PythonSyntaxVerifier(),
        SolidityCompileVerifier(sandbox, solidity),
        PythonTestsVerifier(sandbox),
        PythonImportVerifier(sandbox),
        SemgrepVerifier(sandbox),
        MythrilVerifier(sandbox, solidity),
    )


def check_task(task: CodingTask) -> None:
    """Say at once what would otherwise come out only after a model has worked on the task.

    Raises:
        InvalidInput: the tests do not parse or hold no test, the language has no tests yet, or the policy
            names a verifier that there is not.
    """
    for field in ("require", "waive"):
        for name in getattr(task.policy, field):
            if name not in NAMES:
                raise InvalidInput(
                    f"policy.{field}",
                    f"there is no verifier named '{name}'.",
                    f"Use one of: {', '.join(NAMES)}.",
                )
    if task.tests is None:
        return
    if task.language is Language.SOLIDITY:
        raise InvalidInput(
            "tests",
            "tests for Solidity are not run yet.",
            "Leave them out: the contract is compiled, scanned and explored by Mythril.",
        )
    read_suite(task.tests)
