"""All verifiers there are, and what can be said of a task before any of them runs."""

from __future__ import annotations

from pathlib import Path

from verifiers.domain import CodingTask, Language
from verifiers.errors import InvalidInput
from verifiers.execution.languages.build_verifier import LanguageBuildVerifier
from verifiers.execution.languages.table import SUPPORTS, support_for
from verifiers.execution.languages.tests_verifier import LanguageTestsVerifier
from verifiers.execution.python_import import PythonImportVerifier
from verifiers.execution.python_syntax import PythonSyntaxVerifier
from verifiers.execution.python_tests import PythonTestsVerifier
from verifiers.execution.suite import read_suite
from verifiers.policy import misnamed
from verifiers.sandbox.protocol import Sandbox
from verifiers.scanners.bandit import BanditVerifier
from verifiers.scanners.cppcheck import CppcheckVerifier
from verifiers.scanners.dependencies import DependenciesVerifier
from verifiers.scanners.eslint import EslintVerifier
from verifiers.scanners.flawfinder import FlawfinderVerifier
from verifiers.scanners.secrets import SecretsVerifier
from verifiers.scanners.semgrep import SemgrepVerifier
from verifiers.solidity.analysis.patterns import SolidityPatternsVerifier
from verifiers.solidity.analysis.slither import SlitherVerifier
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.compiling.compile import SolidityCompileVerifier
from verifiers.solidity.confirm.confirmed import Confirmed
from verifiers.solidity.confirm.confirmer import Confirmer
from verifiers.solidity.conformance.verifier import SolidityConformanceVerifier
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.solidity.testing.proofs import SolidityProofsVerifier
from verifiers.solidity.testing.solidity_tests import SolidityTestsVerifier
from verifiers.solidity.testing.test_ids import check_suite
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Verifier

LANGUAGES = tuple((language, row) for row in SUPPORTS for language in row.languages)
NAMES = (
    PythonSyntaxVerifier.name,
    SolidityCompileVerifier.name,
    *(f"{language.value}-build" for language, _ in LANGUAGES),
    PythonTestsVerifier.name,
    PythonImportVerifier.name,
    *(f"{language.value}-tests" for language, _ in LANGUAGES),
    SolidityTestsVerifier.name,
    SolidityConformanceVerifier.name,
    SecretsVerifier.name,
    DependenciesVerifier.name,
    CppcheckVerifier.name,
    SemgrepVerifier.name,
    FlawfinderVerifier.name,
    BanditVerifier.name,
    EslintVerifier.name,
    SolidityPatternsVerifier.name,
    SlitherVerifier.name,
    SolidityProofsVerifier.name,
    MythrilVerifier.name,
)


def build_verifiers(
    sandbox: Sandbox,
    solidity: SolidityToolchain,
    packages: Path | None = None,
    compilations: Compilations | None = None,
) -> tuple[Verifier, ...]:
    """One of each. A missing tool shows when a task first needs it, as a ``ToolMissing``.

    Args:
        sandbox: Where they run what they run.
        solidity: The Solidity tools.
        packages: Folder of complete package lists, for the ``dependencies`` scanner; None if there is none.
        compilations: Compiles contracts, for whoever shares it with the verifiers; one of their own if None.
    """
    compilations = compilations or Compilations(sandbox, solidity)
    confirmer = Confirmer(sandbox, solidity, compilations)
    return (
        PythonSyntaxVerifier(),
        SolidityCompileVerifier(compilations),
        *(LanguageBuildVerifier(sandbox, row, language) for language, row in LANGUAGES),
        PythonTestsVerifier(sandbox),
        PythonImportVerifier(sandbox),
        *(LanguageTestsVerifier(sandbox, row, language) for language, row in LANGUAGES),
        SolidityTestsVerifier(sandbox, solidity, compilations),
        SolidityConformanceVerifier(sandbox, solidity, compilations),
        SecretsVerifier(),
        DependenciesVerifier(packages),
        CppcheckVerifier(sandbox),
        Confirmed(SemgrepVerifier(sandbox), confirmer, compilations),
        FlawfinderVerifier(sandbox),
        BanditVerifier(sandbox),
        EslintVerifier(sandbox),
        Confirmed(SolidityPatternsVerifier(compilations), confirmer, compilations, repeats=True),
        Confirmed(SlitherVerifier(sandbox, solidity, compilations), confirmer, compilations),
        SolidityProofsVerifier(sandbox, solidity, compilations),
        Confirmed(MythrilVerifier(sandbox, solidity, compilations), confirmer, compilations, share=0.8),
    )


def check_task(task: CodingTask) -> None:
    """Say at once what would otherwise come out only after a model has worked on the task.

    Raises:
        InvalidInput: the tests do not parse or hold no test, or the policy
            names a verifier that there is not.
    """
    for field, name in misnamed(task.policy, NAMES):
        raise InvalidInput(
            f"policy.{field.rpartition('.')[0]}",
            f"there is no verifier named '{name}'.",
            f"Use one of: {', '.join(NAMES)}.",
        )
    if task.tests is None:
        return
    if task.language is Language.SOLIDITY:
        check_suite(task.tests)
        return
    support = support_for(task.language)
    if support is not None:
        support.expected(task.tests)
    else:
        read_suite(task.tests)
