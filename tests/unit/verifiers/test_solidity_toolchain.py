"""Discovering the tools, and saying what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifiers.domain import Candidate, CodingTask, Language, SourceFile
from verifiers.errors import ToolMissing
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult
from verifiers.solidity.compiling.compilation import Compilations
from verifiers.solidity.compiling.compile import SolidityCompileVerifier
from verifiers.solidity.compiling.native import native_compilers
from verifiers.solidity.exploring.mythril import MythrilVerifier
from verifiers.solidity.toolchain import Compiler, SolidityToolchain, discover

TASK = CodingTask(language=Language.SOLIDITY, instruction="Write the contract.")
CANDIDATE = Candidate(files=(SourceFile(path="A.sol", content="contract A {}"),))


class NeverUsed:
    """A sandbox that a test must not reach."""

    name = "never"

    def run(self, job: Job) -> ExecResult:
        raise AssertionError(f"ran {job.argv}")

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        raise AssertionError("ran something")

    def close(self) -> None:
        return None


def lay_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tools folder as the install script leaves it, with empty files."""
    for version in ("0.8.9", "0.8.20", "0.4.26"):
        program = folder / "solc/bin" / f"solc-v{version}"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch()
        package = folder / "solc/node_modules" / f"solc-{version}"
        package.mkdir(parents=True)
        (package / "soljson.js").touch()
    (folder / "solc/bin/solc-vbanana").touch()
    (folder / "mythril/bin").mkdir(parents=True)
    (folder / "mythril/bin/python3").touch()
    site = folder / "mythril/lib/python3.11/site-packages"
    for name in ("mythril-0.24.8.dist-info", "z3_solver-4.11.2.0.dist-info"):
        (site / name).mkdir(parents=True)
    programs = folder / "programs"
    programs.mkdir()
    (programs / "node").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(programs))


def test_what_is_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, monkeypatch)
    toolchain = discover(tmp_path)
    assert toolchain.versions == ("0.4.26", "0.8.9", "0.8.20")
    assert (toolchain.mythril_version, toolchain.z3_version) == ("0.24.8", "4.11.2.0")
    assert {bind.target for bind in toolchain.binds} == {
        "/opt/acrisol/solc",
        "/opt/acrisol/mythril",
        "/opt/acrisol/native/node",
    }


def test_packaged_compilers_need_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, monkeypatch)
    (tmp_path / "programs/node").unlink()
    assert discover(tmp_path).compilers == ()


def test_an_empty_folder_names_the_command_that_fills_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as caught:
        discover(tmp_path)
    assert "scripts/install-solidity" in caught.value.hint


def test_a_script_called_solc_is_not_a_native_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, monkeypatch)
    script = tmp_path / "programs/solc"
    script.write_text("#!/bin/sh\necho 'Version: 0.8.20+commit.a1b79de6.Linux.g++'\n")
    script.chmod(0o755)
    assert not any(compiler.native for compiler in discover(tmp_path).compilers)


def binary(path: Path, mode: int = 0o755) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\x7fELF and more")
    path.chmod(mode)


def test_native_compilers_that_others_fetched_come_before_the_packaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, monkeypatch)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    binary(home / ".svm/0.8.20/solc-0.8.20")
    binary(home / ".solc-select/artifacts/solc-0.6.12/solc-0.6.12")
    toolchain = discover(tmp_path)
    assert [(each.version, each.native) for each in toolchain.compilers] == [
        ("0.4.26", False),
        ("0.6.12", True),
        ("0.8.9", False),
        ("0.8.20", True),
    ]
    program = toolchain.compiler("0.8.20").program
    assert program == "/opt/acrisol/native/solc-0.8.20"
    [bind] = [each for each in toolchain.binds if each.target == program]
    assert bind.source == home / ".svm/0.8.20/solc-0.8.20"  # the one file, and nothing beside it


def test_what_only_looks_like_a_native_compiler_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    binary(tmp_path / ".svm/0.8.1/solc-0.8.2")  # whose version is it?
    binary(tmp_path / ".svm/0.8.3/solc-0.8.3", mode=0o644)
    binary(tmp_path / ".svm/latest/solc-latest")
    (tmp_path / ".svm/0.8.4/solc-0.8.4").mkdir(parents=True)
    (tmp_path / ".svm/0.8.5").mkdir()
    (tmp_path / ".svm/0.8.5/solc-0.8.5").symlink_to("/nowhere")
    (tmp_path / ".svm/0.8.6").mkdir()
    (tmp_path / ".svm/0.8.6/solc-0.8.6").write_text("#!/bin/sh\n")
    assert native_compilers(tmp_path) == {}


def both(toolchain: SolidityToolchain) -> tuple[SolidityCompileVerifier, MythrilVerifier]:
    compilations = Compilations(NeverUsed(), toolchain)
    return SolidityCompileVerifier(compilations), MythrilVerifier(NeverUsed(), toolchain, compilations)


def test_missing_compilers_and_missing_mythril_are_told_apart() -> None:
    only_mythril = SolidityToolchain(mythril="/opt/acrisol/mythril/bin/python3")
    only_solc = SolidityToolchain(compilers=(Compiler(version="0.8.20", program="/x"),))
    with pytest.raises(ToolMissing, match="No Solidity compiler"):
        both(only_mythril)[0].verify(TASK, CANDIDATE, 5)
    with pytest.raises(ToolMissing, match="No Solidity compiler"):
        both(only_mythril)[1].verify(TASK, CANDIDATE, 5)
    with pytest.raises(ToolMissing, match="Mythril is not installed"):
        both(only_solc)[1].verify(TASK, CANDIDATE, 5)


def test_nothing_runs_for_a_candidate_without_solidity_or_with_an_impossible_pragma() -> None:
    toolchain = SolidityToolchain(compilers=(Compiler(version="0.8.20", program="/x"),), mythril="/y")
    text = Candidate(files=(SourceFile(path="A.txt", content="hello"),))
    future = Candidate(files=(SourceFile(path="A.sol", content="pragma solidity ^9.0.0;"),))
    for verifier in both(toolchain):
        assert verifier.verify(TASK, text, 5).status.value == "failed"
        assert "^9.0.0" in verifier.verify(TASK, future, 5).summary


def test_it_applies_to_solidity_alone() -> None:
    python = CodingTask(instruction="Write it.")
    for verifier in both(SolidityToolchain()):
        assert verifier.applies_to(TASK)
        assert not verifier.applies_to(python)
