"""What people give ``acrisol audit`` by mistake or malice: each gets a verdict that says what is wrong."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from tests.integration.solidity.tools import TOOLS, installed, sandbox_for
from tests.requirements import require
from verifiers.audit_values import Audit
from verifiers.domain import Status

HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n"
COUNTER = "contract Counter { uint256 public n; function add() external { n += 1; } }"
VYPER = "# @version 0.3.10\nowner: public(address)\n"
DEADLINE_S = 60
CRASHES = """
#include <signal.h>
#include <stdio.h>
#include <string.h>
int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "--version") == 0)
        return puts("Version: 0.8.99+commit.00000000.Linux.g++") < 0;
    return raise(SIGSEGV);
}
"""


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    sandbox_for(installed()).close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def audit(project: Path, home: Path, *options: str, path: str | None = None) -> Result:
    environment = {"ACRISOL_TOOLS": str(TOOLS), "ACRISOL_HOME": str(home)}
    if path is not None:
        environment["PATH"] = path
    arguments = ["audit", str(project), "--json", "--sandbox", "bubblewrap", f"--deadline={DEADLINE_S}"]
    return CliRunner().invoke(app, [*arguments, *options], env=environment)


def made(result: Result) -> Audit:
    assert result.stdout.startswith("{"), result.output
    return Audit.model_validate_json(result.stdout.splitlines()[0])


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear auditor, please find my contract attached.\n", "This is text, not Solidity."),
        ("def f():\n    return 1\n", "This is text, not Solidity."),
        (VYPER, "This is Vyper, not Solidity."),
        ("0x608060405234801561001057600080fd5b50\n", "This is bytecode, not Solidity."),
        ("pragma solidity ^0.9.99;\ncontract A {}", "No installed compiler satisfies"),
        ("pragma solidity banana;\ncontract A {}", "'banana' is not a version"),
        (HEAD + 'import "./Nowhere.sol";\ncontract A {}', "'./Nowhere.sol' is not among the project's files"),
        (HEAD + 'import "/etc/passwd";\ncontract A {}', "'/etc/passwd' is a path on the machine"),
        (HEAD + 'import "../../../etc/passwd";\ncontract A {}', "leads out of the project"),
        (HEAD + "contract A { function f( }", "solc 0.8.37"),
    ],
)
def test_what_does_not_compile_fails_with_its_reason(
    tmp_path: Path, home: Path, text: str, said: str
) -> None:
    result = audit(written(tmp_path, {"A.sol": text}) / "A.sol", home)
    assert result.exit_code == 1
    found = made(result)
    assert found.verdict is Status.FAILED
    assert said in found.reason
    assert found.blocking
    assert "root:" not in result.output
    assert {check.summary for check in found.checks if check.status is None} == {
        "It was not run, because the code does not compile."
    }


@pytest.mark.parametrize(
    ("files", "named", "said"),
    [
        ({"A.vy": VYPER}, "A.vy", "but Vyper"),
        ({"A.bin": "6080"}, "A.bin", "but bytecode"),
        ({"A.sol": HEAD + "//" + "x" * 2_000_000}, "A.sol", "is larger than 1,000,000 bytes"),
        ({f"{n}.sol": HEAD + "//" + "x" * 900_000 for n in "ABC"}, "", "an audit judges at most 2,000,000"),
        ({"A.sol": "contract A {}\x00"}, "A.sol", "project: A.sol.content: contains the control character"),
        ({"foundry.toml": "", "test/A.t.sol": HEAD}, "", "holds no Solidity to judge"),
        ({"foundry.toml": "[profile", "src/A.sol": HEAD}, "", "is not TOML"),
        ({}, "Nothing.sol", "is not a file of the project"),
    ],
)
def test_what_cannot_be_read_is_bad_input(
    tmp_path: Path, home: Path, files: dict[str, str], named: str, said: str
) -> None:
    result = audit(written(tmp_path, files) / named, home)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, home: Path) -> None:
    (tmp_path / "A.sol").symlink_to("/etc/passwd")
    result = audit(tmp_path / "A.sol", home)
    assert result.exit_code == 2
    assert "root:" not in result.output


def test_an_odd_but_good_project_without_tests_says_so(tmp_path: Path, home: Path) -> None:
    """Circular imports, one file without a pragma, a constructor with arguments, tests of another tool."""
    project = written(
        tmp_path,
        {
            "hardhat.config.js": "module.exports = {};\n",
            "contracts/A.sol": HEAD + 'import "./B.sol";\ncontract A { B public immutable b; '
            "constructor(B b_) { b = b_; } }",
            "contracts/B.sol": 'import "./A.sol";\ncontract B { A a; }',
            "test/a.test.js": "describe('a', () => {});\n",
        },
    )
    begin = time.monotonic()
    found = made(audit(project, home))
    assert time.monotonic() - begin < DEADLINE_S + 60
    assert found.verdict is not Status.FAILED, found.reason
    assert "There are no tests, so none was run." in " ".join(found.limits)
    assert "1 test file(s) in test/ are JavaScript or TypeScript and were not run" in " ".join(found.limits)
    assert "solidity.pragma-missing" in {item.finding.rule for item in found.findings}


def test_code_that_nobody_can_deploy_is_not_called_audited(tmp_path: Path, home: Path) -> None:
    text = "abstract contract A { function f() public virtual; }\nlibrary L { function g() internal {} }"
    found = made(audit(written(tmp_path, {"A.sol": HEAD + text}) / "A.sol", home))
    assert found.verdict is Status.INCOMPLETE
    assert "only abstract contracts, interfaces or internal libraries" in found.reason


def test_code_beyond_24_kilobytes_fails_and_is_looked_at(tmp_path: Path, home: Path) -> None:
    end = "function end() external { selfdestruct(payable(tx.origin)); }"
    long = f'function f() external pure returns (string memory) {{ return "{"x" * 26_000}"; }}'
    text = f"{HEAD}contract Big {{\n{long}\n{end} }}"
    found = made(audit(written(tmp_path, {"Big.sol": text}) / "Big.sol", home, "--deadline=30"))
    assert found.verdict is Status.FAILED
    assert "a chain accepts at most 24,576" in found.reason
    assert all(check.status for check in found.checks)


def test_a_compiler_that_crashes_is_an_error_and_no_verdict(tmp_path: Path, home: Path) -> None:
    compiler = shutil.which("gcc")
    require("cpp", compiler is not None, "scripts/install-languages cpp")
    assert compiler is not None
    folder = written(tmp_path / "bin", {"solc.c": CRASHES})
    subprocess.run([compiler, str(folder / "solc.c"), "-o", str(folder / "solc")], check=True, timeout=60)
    contract = written(tmp_path, {"A.sol": f"pragma solidity 0.8.99;\n{COUNTER}"}) / "A.sol"
    result = audit(contract, home, path=f"{tmp_path}/bin:/usr/local/bin:/usr/bin:/bin")
    assert result.exit_code == 3, result.output
    assert "Traceback" not in result.output
    assert '"verdict":"passed"' not in result.stdout
