"""The real compilers and the real Mythril in a real sandbox."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.solidity.tools import CONTRACTS, TASK, TOOLS, contract, installed, sandbox_for, source
from verifiers.domain import Candidate, SourceFile, Status, Verdict
from verifiers.errors import ToolMissing
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import Job, Limits, Sandbox
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.compiling.compile import SolidityCompileVerifier
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.solidity.probe import probe
from verifiers.solidity.toolchain import SolidityToolchain

pytestmark = pytest.mark.mythril
ENOUGH_S = 120.0  # far above what the small contracts need; a busy machine must not change a verdict


@pytest.fixture(scope="module")
def toolchain() -> SolidityToolchain:
    return installed()


@pytest.fixture(scope="module")
def sandbox(toolchain: SolidityToolchain) -> Sandbox:
    return sandbox_for(toolchain)


@pytest.fixture
def compiles(toolchain: SolidityToolchain, sandbox: Sandbox) -> SolidityCompileVerifier:
    return SolidityCompileVerifier(Compilations(sandbox, toolchain))


@pytest.fixture
def explores(toolchain: SolidityToolchain, sandbox: Sandbox) -> MythrilVerifier:
    return MythrilVerifier(sandbox, toolchain, Compilations(sandbox, toolchain))


def lines(verdict: Verdict) -> list[int | None]:
    return [finding.location.line if finding.location else None for finding in verdict.findings]


def test_a_vulnerable_contract_fails_with_class_line_and_attack(explores: MythrilVerifier) -> None:
    verdict = explores.verify(TASK, contract("selfdestruct"), ENOUGH_S)
    assert verdict.status is Status.FAILED
    assert [finding.swc for finding in verdict.findings] == ["SWC-106"]
    assert lines(verdict) == [6]
    assert "the attacker calls close(" in (verdict.findings[0].counterexample or "")
    assert verdict.evidence["complete"] is True
    assert verdict.tool == "mythril 0.24.8 (z3 4.11.2.0)"


def test_its_fixed_version_passes(explores: MythrilVerifier) -> None:
    verdict = explores.verify(TASK, contract("selfdestruct_fixed"), ENOUGH_S)
    assert verdict.status is Status.PASSED, verdict.summary
    assert verdict.findings == ()
    limits = verdict.evidence["limits"]
    assert isinstance(limits, dict)
    assert limits["transactions"] == 2


def test_a_comparison_that_is_compiled_to_a_subtraction_does_not_wrap(explores: MythrilVerifier) -> None:
    text = """// SPDX-License-Identifier: MIT
pragma solidity ^0.8.26;
contract Door {
    uint256 private state = 1;
    uint256 private left;
    function enter() external {
        if (state == 2) revert();
        state = 2;
    }
    function spend(uint256 amount) external {
        unchecked { left = left - amount; }
    }
}
"""
    verdict = explores.verify(TASK, source(text), ENOUGH_S)
    assert [(finding.swc, lines(verdict)) for finding in verdict.findings] == [("SWC-101", [11])]


def test_tx_origin_is_found(explores: MythrilVerifier) -> None:
    verdict = explores.verify(TASK, contract("tx_origin"), ENOUGH_S)
    assert verdict.status is Status.FAILED
    assert (verdict.findings[0].swc, lines(verdict)[0]) == ("SWC-115", 9)


def test_what_does_not_compile_is_never_clean(
    compiles: SolidityCompileVerifier, explores: MythrilVerifier
) -> None:
    for verifier in (compiles, explores):
        verdict = verifier.verify(TASK, contract("broken"), ENOUGH_S)
        assert verdict.status is Status.FAILED
        assert lines(verdict) == [7]
        assert "missing" in verdict.findings[0].message


@pytest.mark.parametrize("seconds", [2.0, 8.0])
def test_a_time_out_is_incomplete_and_on_time(explores: MythrilVerifier, seconds: float) -> None:
    started = time.monotonic()
    verdict = explores.verify(TASK, contract("hard"), seconds)
    assert time.monotonic() - started < seconds + 20
    assert verdict.status is Status.INCOMPLETE, verdict.summary
    assert verdict.evidence["complete"] is False


def test_a_constructor_that_always_reverts_is_incomplete(explores: MythrilVerifier) -> None:
    verdict = explores.verify(TASK, contract("stillborn"), ENOUGH_S)
    assert verdict.status is Status.INCOMPLETE
    assert "constructor" in verdict.summary


def test_abstract_contracts_compile_but_cannot_be_explored(
    compiles: SolidityCompileVerifier, explores: MythrilVerifier
) -> None:
    assert compiles.verify(TASK, contract("abstract_only"), ENOUGH_S).status is Status.PASSED
    assert explores.verify(TASK, contract("abstract_only"), ENOUGH_S).status is Status.INCOMPLETE


def test_imports_read_nothing_outside_the_project(compiles: SolidityCompileVerifier) -> None:
    verdict = compiles.verify(TASK, contract("outside_imports"), ENOUGH_S)
    assert verdict.status is Status.FAILED
    assert lines(verdict) == [4, 5, 6]
    assert "root:" not in verdict.model_dump_json()
    assert "job:" not in verdict.model_dump_json()  # the sandbox's own password file


def test_imports_of_the_projects_own_files_work(compiles: SolidityCompileVerifier) -> None:
    base = SourceFile(path="src/lib/Base.sol", content="pragma solidity ^0.8.0;\ncontract Base {}")
    user = SourceFile(
        path="src/User.sol",
        content='pragma solidity ^0.8.0;\nimport "./lib/Base.sol";\nimport "src/lib/../lib/Base.sol";\n'
        "contract User is Base {}",
    )
    verdict = compiles.verify(TASK, Candidate(files=(base, user)), ENOUGH_S)
    # The second import is spelled so that it names no file of the project: nothing is guessed.
    assert verdict.status is Status.FAILED
    assert lines(verdict)[0] == 3
    relative = user.model_copy(
        update={"content": user.content.replace('import "src/lib/../lib/Base.sol";', "")}
    )
    assert compiles.verify(TASK, Candidate(files=(base, relative)), ENOUGH_S).status is Status.PASSED


@pytest.mark.parametrize("version", ["0.4.26", "0.5.17", "0.6.12", "0.7.6", "0.8.20", "0.8.37"])
def test_each_compiler_generation_works(compiles: SolidityCompileVerifier, version: str) -> None:
    body = "function f() public pure returns (uint) { return 1; }"
    text = f"pragma solidity {version};\ncontract A {{ {body} }}"
    verdict = compiles.verify(TASK, source(text), ENOUGH_S)
    assert verdict.status is Status.PASSED, verdict.summary
    assert verdict.evidence["compiler"] == version
    assert verdict.evidence["contracts"] == ["Contract.sol:A"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not solidity at all",
        "pragma solidity ^0.8.0; struct S { uint x; }",
        "pragma solidity ^0.8.0; contract \u00c4 {}",
        'pragma solidity ^0.8.0; contract A { string s = unicode"\u202e"; }',
        "pragma solidity ^0.8.0; contract A { uint x = " + "(" * 2000 + "1" + ")" * 2000 + "; }",
        "pragma solidity ^0.8.0; contract A { function f() public pure { " + "{" * 5000 + "}" * 5000 + " } }",
        "pragma solidity ^0.8.0; contract A is A {}",
        'pragma solidity ^0.8.0; import "Contract.sol"; import "./Contract.sol"; contract A is B {}',
        "pragma solidity ^0.8.0; contract A { uint[2**200] x; function f() public { x[0] = 1 ether**99; } }",
        "pragma solidity ^0.8.0;" + "/*" * 100_000,
    ],
)
def test_hostile_sources_end_in_a_verdict_that_is_not_clean(
    compiles: SolidityCompileVerifier, text: str
) -> None:
    verdict = compiles.verify(TASK, source(text), ENOUGH_S)
    assert verdict.status in (Status.FAILED, Status.ERROR), verdict.summary
    assert verdict.summary


def test_a_hundred_contracts_compile_and_end_on_time(
    compiles: SolidityCompileVerifier, explores: MythrilVerifier
) -> None:
    body = "function close(address payable to) external { selfdestruct(to); }"
    text = "pragma solidity ^0.8.0;\n" + "\n".join(
        f"contract C{number} {{ {body} }}" for number in range(100)
    )
    assert compiles.verify(TASK, source(text), ENOUGH_S).status is Status.PASSED
    started = time.monotonic()
    verdict = explores.verify(TASK, source(text), 12)
    assert time.monotonic() - started < 40
    assert verdict.status in (Status.FAILED, Status.INCOMPLETE)
    assert verdict.evidence["complete"] is False


def test_a_contract_too_big_for_a_chain_is_refused(compiles: SolidityCompileVerifier) -> None:
    functions = "\n".join(
        f'function f{number}() external pure returns (string memory) {{ return "{"x" * 900}{number}"; }}'
        for number in range(40)
    )
    verdict = compiles.verify(
        TASK, source(f"pragma solidity ^0.8.0;\ncontract Big {{ {functions} }}"), ENOUGH_S
    )
    assert verdict.status is Status.FAILED
    assert verdict.findings[0].rule == "solidity.code-size"


def test_opcodes_that_mythril_does_not_know_are_said_to_be_so(explores: MythrilVerifier) -> None:
    text = "pragma solidity ^0.8.28;\ncontract T { uint transient x; function f() external { x = 1; } }"
    verdict = explores.verify(TASK, source(text), ENOUGH_S)
    assert verdict.status is Status.INCOMPLETE
    assert "Mythril cannot execute" in verdict.summary


def test_tools_missing_from_the_sandbox_are_the_machines_fault(
    toolchain: SolidityToolchain, sandbox: Sandbox
) -> None:
    bare = toolchain.model_copy(update={"mythril": None})
    explores = MythrilVerifier(sandbox, bare, Compilations(sandbox, bare))
    with pytest.raises(ToolMissing):
        explores.verify(TASK, contract("selfdestruct"), ENOUGH_S)
    for place, tools in (
        (sandbox, toolchain.model_copy(update={"compilers": ()})),
        (sandbox_for(toolchain.model_copy(update={"binds": ()})), toolchain),
    ):
        compiles = SolidityCompileVerifier(Compilations(place, tools))
        with pytest.raises(ToolMissing):
            compiles.verify(TASK, contract("selfdestruct"), ENOUGH_S)


def test_the_tools_run_without_write_access_or_a_home(toolchain: SolidityToolchain, sandbox: Sandbox) -> None:
    command = f"touch {toolchain.binds[0].target}/x; ls /root /home; id -u"
    result = sandbox.run(Job(environment=SOLIDITY, argv=("/bin/sh", "-c", command), limits=Limits(wall_s=10)))
    assert b"Read-only" in result.stderr
    assert result.stdout.strip() != b"0"


def test_the_doctor_hears_of_all_tools(
    toolchain: SolidityToolchain, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = probe(TOOLS, sandbox)
    assert [report.name for report in reports] == ["solc", "slither", "forge", "halmos", "mythril"]
    assert all(report.works for report in reports)
    assert "0.8.37" in reports[0].version
    assert reports[4].version == "0.24.8 (z3 4.11.2.0)"
    blind = sandbox_for(toolchain.model_copy(update={"binds": ()}))
    assert not any(report.works for report in probe(TOOLS, blind))
    monkeypatch.setenv("PATH", str(tmp_path))
    for report in probe(tmp_path, sandbox):
        assert not report.works
        assert report.mend == "scripts/install-solidity"


def test_our_solc_command_speaks_the_forms_other_tools_ask_for() -> None:
    installed()
    solc = str(TOOLS / "solc/bin/solc-v0.8.20")
    version = subprocess.run([solc, "--version"], capture_output=True, text=True, check=True)
    assert "Version: 0.8.20+commit." in version.stdout
    combined = subprocess.run(
        [solc, "--combined-json", "abi,bin,bin-runtime,srcmap,srcmap-runtime,ast,hashes", "selfdestruct.sol"],
        capture_output=True,
        text=True,
        check=True,
        cwd=CONTRACTS,
    )
    output = json.loads(combined.stdout)
    assert output["contracts"]["selfdestruct.sol:Till"]["hashes"] == {"close(address)": "c74073a1"}
    assert output["sourceList"] == ["selfdestruct.sol"]
    assert output["sources"]["selfdestruct.sol"]["AST"]["nodeType"] == "SourceUnit"


@pytest.mark.parametrize("flags", [[], ["--base-path", "."], ["--allow-paths", "."]])
def test_our_solc_command_reads_no_file_that_it_was_not_allowed(flags: list[str]) -> None:
    installed()
    sources = {"A.sol": {"content": 'import "/etc/passwd"; import "../tools.py"; contract A {}'}}
    request = {"language": "Solidity", "sources": sources, "settings": {}}
    ran = subprocess.run(
        [str(TOOLS / "solc/bin/solc-v0.8.20"), "--standard-json", *flags],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        cwd=CONTRACTS,
    )
    errors = [error for error in json.loads(ran.stdout)["errors"] if error["severity"] == "error"]
    assert len(errors) == 2
    assert all("only the project's own files" in error["message"] for error in errors)
