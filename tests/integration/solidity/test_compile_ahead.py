"""Compilers that are loaded before anybody's text comes: one text each, and the answer of a fresh one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.integration.solidity.tools import TASK, contract, installed, sandbox_for, source
from verifiers.domain import Status
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import Job
from verifiers.solidity.compiling.compilation import Compilation, Compilations, Profile, _asked_of, settings
from verifiers.solidity.compiling.compile import SolidityCompileVerifier
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.compiling.solc import Answer, run_solc, standard_input
from verifiers.solidity.toolchain import SolidityToolchain

ENOUGH_S = 120.0
HEAD = "// SPDX-License-Identifier: MIT\npragma solidity "


@pytest.fixture(scope="module")
def toolchain() -> SolidityToolchain:
    return installed()


@pytest.fixture(scope="module")
def sandbox(toolchain: SolidityToolchain) -> Iterator[Bubblewrap]:
    made = sandbox_for(toolchain)
    assert isinstance(made, Bubblewrap)
    yield made
    made.close()


def loaded(sandbox: Bubblewrap, toolchain: SolidityToolchain, version: str) -> None:
    """Wait until a compiler of a version waits."""
    job = Job(environment=SOLIDITY, argv=(toolchain.compiler(version).program,))
    end = time.monotonic() + 60
    while time.monotonic() < end:
        rows = list(sandbox._ahead._rows.values())
        if any(row.ready and row.job.argv[0] == job.argv[0] for row in rows):
            return
        time.sleep(0.05)
    pytest.fail(f"no compiler {version} was started ahead")


def answer(sandbox: Bubblewrap, toolchain: SolidityToolchain, version: str, request: bytes) -> Answer:
    made = run_solc(sandbox, toolchain.compiler(version), request, ENOUGH_S)
    assert isinstance(made, Answer), made
    return made


@pytest.mark.parametrize("version", ["0.4.26", "0.8.37"])
def test_after_whatever_came_before_the_answer_is_that_of_a_fresh_compiler(
    sandbox: Bubblewrap, toolchain: SolidityToolchain, version: str
) -> None:
    """The one before defines the same names, changes what it can and breaks off in the middle."""
    loud = (
        f"{HEAD}{version};\npragma experimental ABIEncoderV2;\n"
        "contract Bank { uint256[2**200] x; struct S { uint y; } " + "function f() public {" * 50
    )
    candidate = contract("old_reentrancy") if version == "0.4.26" else contract("selfdestruct")
    project = project_of(TASK, candidate)
    asked = {**settings(Profile.DEPLOYED, version), **_asked_of(project)}
    request = standard_input(project.files, asked)
    fresh = answer(sandbox, toolchain, version, request)
    loaded(sandbox, toolchain, version)
    before = answer(sandbox, toolchain, version, standard_input({"A.sol": loud}, asked))
    loaded(sandbox, toolchain, version)
    after = answer(sandbox, toolchain, version, request)
    assert "started ahead" not in fresh.isolation
    assert "started ahead" in before.isolation
    assert "started ahead" in after.isolation
    assert '"error"' in before.text
    assert after.text == fresh.text
    assert '"object":"60' in after.text


def test_a_second_request_is_never_read(sandbox: Bubblewrap, toolchain: SolidityToolchain) -> None:
    """Whoever writes the text cannot make the process answer twice, nor go on after its answer."""
    one = {"A.sol": f"{HEAD}0.8.37;\ncontract A {{}}\n"}
    two = {"B.sol": f"{HEAD}0.8.37;\ncontract B {{}}\n"}
    selected = {"outputSelection": {"*": {"*": ["abi"]}}}
    answer(sandbox, toolchain, "0.8.37", standard_input(one, selected))
    loaded(sandbox, toolchain, "0.8.37")
    both = standard_input(one, selected) + standard_input(two, selected)
    said = answer(sandbox, toolchain, "0.8.37", both)
    assert "started ahead" in said.isolation
    assert list(json.loads(said.text)["contracts"]) == ["A.sol"]


def test_a_source_that_takes_the_compiler_too_long_is_incomplete_and_not_kept(
    sandbox: Bubblewrap, toolchain: SolidityToolchain
) -> None:
    compilations = Compilations(sandbox, toolchain)
    sums = "\n".join(
        f"function f{n}(uint a) public pure returns (uint) {{ return a*{n}+a; }}" for n in range(400)
    )
    slow = source(f"{HEAD}^0.8.0;\ncontract Slow {{ {sums} }}")
    begin = time.monotonic()
    verdict = SolidityCompileVerifier(compilations).verify(TASK, slow, 0.2)
    assert verdict.status is Status.INCOMPLETE, verdict.summary
    assert verdict.summary == "solc 0.8.37 did not end within 0.2 s."
    assert time.monotonic() - begin < 120
    made = compilations.compile(project_of(TASK, slow), ENOUGH_S)
    assert isinstance(made, Compilation), made
