"""Contracts that import the pinned packages, compiled by the real compilers."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.integration.solidity.tools import TASK, installed, sandbox_for, source
from verifiers.domain import Candidate, SourceFile, Status
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled
from verifiers.solidity.compiling.project import project_of

CLEAN = Path(__file__).parents[3] / "benchmarks" / "contracts" / "clean"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity"


@pytest.fixture(scope="module")
def compilations() -> Compilations:
    toolchain = installed()
    return Compilations(sandbox_for(toolchain), toolchain)


def compiled(compilations: Compilations, candidate: Candidate) -> Compilation | NotCompiled:
    return compilations.compile(project_of(TASK, candidate), 60)


@pytest.mark.parametrize(
    ("text", "package", "version"),
    [
        (
            f'{HEAD} ^0.8.20;\nimport "@openzeppelin/contracts/access/Ownable.sol";\n'
            "contract A is Ownable { constructor() Ownable(msg.sender) {} }\n",
            "@openzeppelin/contracts 5.4.0",
            "0.8.37",
        ),
        (
            f'{HEAD} ^0.8.0;\nimport "@openzeppelin/contracts/security/ReentrancyGuard.sol";\n'
            "contract A is ReentrancyGuard {}\n",
            "@openzeppelin/contracts 4.9.6",
            "0.8.37",
        ),
        (
            f'{HEAD} ^0.4.24;\nimport "zeppelin-solidity/contracts/math/SafeMath.sol";\n'
            "contract A { using SafeMath for uint; function f(uint a) public pure returns (uint) {\n"
            " return a.add(1); } }\n",
            "openzeppelin-solidity 1.12.0",
            "0.4.26",
        ),
        (
            f"{HEAD} ^0.8.7;\n"
            'import "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";\n'
            "contract A { AggregatorV3Interface public feed; }\n",
            "@chainlink/contracts 1.5.0",
            "0.8.37",
        ),
        (
            f'{HEAD} ^0.8.7;\nimport {{ERC20}} from "solmate/tokens/ERC20.sol";\n'
            'contract A is ERC20("A", "A", 18) {}\n',
            "solmate 6.2.0",
            "0.8.37",
        ),
    ],
    ids=["openzeppelin 5", "openzeppelin 4", "zeppelin 1", "chainlink", "solmate"],
)
def test_a_package_is_imported_offline(
    compilations: Compilations, text: str, package: str, version: str
) -> None:
    made = compiled(compilations, source(text, "A.sol"))
    assert isinstance(made, Compilation), made
    assert made.packages == (package,)
    assert made.compiler.version == version
    assert [contract.name for contract in made.compiled.contracts] == ["A"]


@pytest.mark.parametrize("name", ["GuardedVault", "UpgradeableBox"])
def test_contracts_of_everyday_compile(compilations: Compilations, name: str) -> None:
    made = compiled(compilations, source((CLEAN / f"{name}.sol").read_text(), f"{name}.sol"))
    assert isinstance(made, Compilation), made
    assert [finding for finding in made.compiled.findings if finding.severity.rank] == []


def test_a_path_of_the_machine_reads_nothing(compilations: Compilations) -> None:
    made = compiled(compilations, source(f'{HEAD} ^0.8.0;\nimport "/etc/passwd";\ncontract A {{}}\n'))
    assert isinstance(made, NotCompiled)
    assert made.status is Status.FAILED
    (finding,) = made.findings
    assert finding.location is not None
    assert finding.location.line == 3
    assert "root:" not in str(made)


def test_files_in_folders_import_each_other(compilations: Compilations) -> None:
    base = SourceFile(path="src/lib/Base.sol", content=f"{HEAD} ^0.8.0;\ncontract Base {{ uint x; }}\n")
    main = SourceFile(
        path="src/Main.sol", content=f'{HEAD} ^0.8.0;\nimport "./lib/Base.sol";\ncontract Main is Base {{}}\n'
    )
    made = compiled(compilations, Candidate(files=(main, base)))
    assert isinstance(made, Compilation), made
    assert {contract.name for contract in made.compiled.contracts} == {"Base", "Main"}


def test_the_same_project_is_compiled_once(compilations: Compilations) -> None:
    candidate = source(f"{HEAD} ^0.8.0;\ncontract Once {{}}\n")
    first = compiled(compilations, candidate)
    begin = time.process_time()
    assert compiled(compilations, candidate) == first
    assert time.process_time() - begin < 0.05  # of this process; a compiler's start alone takes it longer
