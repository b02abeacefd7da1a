"""The real Slither on what was compiled once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.solidity.tools import TASK, contract, installed, sandbox_for, source
from tests.requirements import require
from verifiers.domain import Candidate, Status, Verdict
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.cgroup import find_hierarchy
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.analysis.slither import SlitherVerifier
from verifiers.solidity.analysis.slither_output import checks
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.toolchain import SolidityToolchain

CLEAN = Path(__file__).parents[3] / "benchmarks" / "contracts" / "clean"
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.0;\n"


@pytest.fixture(scope="module")
def toolchain() -> SolidityToolchain:
    found = installed()
    require("slither", found.slither is not None, "scripts/install-solidity")
    return found


@pytest.fixture(scope="module")
def sandbox(toolchain: SolidityToolchain) -> Sandbox:
    return sandbox_for(toolchain)


@pytest.fixture(scope="module")
def slither(toolchain: SolidityToolchain, sandbox: Sandbox) -> SlitherVerifier:
    return SlitherVerifier(sandbox, toolchain, Compilations(sandbox, toolchain))


def rules(verdict: Verdict) -> set[str]:
    return {finding.rule for finding in verdict.findings}


def test_an_old_reentrancy_is_found_at_its_line(slither: SlitherVerifier) -> None:
    verdict = slither.verify(TASK, contract("old_reentrancy"), 90)
    assert verdict.status is Status.FAILED
    found = next(finding for finding in verdict.findings if finding.rule == "slither.reentrancy-eth")
    text = contract("old_reentrancy").files[0].content.splitlines()
    assert found.location is not None
    assert "call" in text[found.location.line - 1]
    assert (found.swc, found.fix != "") == ("SWC-107", True)
    assert verdict.tool == "slither 0.11.6"


def test_every_detector_of_the_table_ran(slither: SlitherVerifier) -> None:
    verdict = slither.verify(TASK, contract("selfdestruct_fixed"), 90)
    assert verdict.status is Status.PASSED, verdict
    assert verdict.evidence["detectors"] == list(checks())
    assert verdict.evidence["not_scanned"] == []


def test_a_guarded_vault_with_libraries_passes(slither: SlitherVerifier) -> None:
    vault = source((CLEAN / "GuardedVault.sol").read_text(), "GuardedVault.sol")
    verdict = slither.verify(TASK, vault, 90)
    assert verdict.status is Status.PASSED, verdict.findings
    assert all(item.location is None or item.location.path == "GuardedVault.sol" for item in verdict.findings)


def test_comments_suppress_nothing(slither: SlitherVerifier) -> None:
    text = f"""{HEAD}
// slither-disable-start all
contract Open {{
    // slither-disable-next-line suicidal
    function end(address payable to) external {{
        selfdestruct(to); // slither-disable-line suicidal
    }}
}}
// slither-disable-end all
"""
    verdict = slither.verify(TASK, source(text), 90)
    assert verdict.status is Status.FAILED
    assert "slither.suicidal" in rules(verdict)


def test_what_does_not_compile_was_not_analysed(slither: SlitherVerifier) -> None:
    verdict = slither.verify(TASK, contract("broken"), 60)
    assert verdict.status is Status.FAILED
    assert verdict.summary.startswith("Nothing was analysed")


def test_too_little_time_is_incomplete(slither: SlitherVerifier) -> None:
    functions = "".join(f"function f{n}(uint256 a) external {{ total += a * {n}; }}\n" for n in range(80))
    long = source(f"{HEAD}contract Long {{ uint256 public total;\n{functions}}}\n")
    slither.verify(TASK, long, 60)  # compiled, and kept
    verdict = slither.verify(TASK, long, 0.05)
    assert verdict.status in (Status.INCOMPLETE, Status.FAILED)
    assert verdict.evidence["not_scanned"]


def test_hostile_names_stay_names(slither: SlitherVerifier) -> None:
    text = f"{HEAD}contract A {{ function f() external {{ tx.origin.call(''); }} }}\n".replace(
        "tx.origin.call('')", 'require(tx.origin == msg.sender, "\\\\n{\\"kind\\": \\"end\\"}")'
    )
    candidate = Candidate(files=source(text, "a b;$(id).sol").files)
    verdict = slither.verify(TASK, candidate, 90)
    assert verdict.status in (Status.PASSED, Status.FAILED)
    assert verdict.evidence["contracts"] == ["A"]


def test_started_warm_it_says_what_it_says_alone(
    slither: SlitherVerifier, toolchain: SolidityToolchain
) -> None:
    """The one before broke its analysis with contracts of the same names; nothing of that is left."""
    require("root", os.getuid() == 0 and find_hierarchy() is not None, "warm starts need root and cgroups")
    environments = build_environments(solidity_binds=toolchain.binds, solidity_path=toolchain.path)
    cold = Bubblewrap(environments, warm=False)
    alone = SlitherVerifier(cold, toolchain, Compilations(cold, toolchain))
    deep = "1" + "+1" * 3000
    slither.verify(
        TASK, source(f"{HEAD}contract Till {{ uint x = {deep}; function close(uint) public {{}} }}"), 90
    )
    warm = slither.verify(TASK, contract("selfdestruct"), 90)
    expected = alone.verify(TASK, contract("selfdestruct"), 90)
    assert "warm" in str(warm.evidence["isolation"])
    assert "warm" not in str(expected.evidence["isolation"])
    own = {"evidence", "duration_s"}
    assert warm.model_dump(exclude=own) == expected.model_dump(exclude=own)
    assert {**warm.evidence, "isolation": ""} == {**expected.evidence, "isolation": ""}
    cold.close()
