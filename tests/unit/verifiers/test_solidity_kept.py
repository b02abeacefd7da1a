"""One compilation for all: made once, whole or not kept, and nobody's to change."""

from __future__ import annotations

import json

import pytest

from tests.fakes import ScriptedSandbox
from verifiers.domain import Status
from verifiers.errors import ToolFailed
from verifiers.sandbox.protocol import ExecResult
from verifiers.solidity.compiling.compilation import Compilation, Compilations, NotCompiled, Profile
from verifiers.solidity.compiling.project import Project
from verifiers.solidity.compiling.solc import Answer, Stopped, run_solc, standard_input
from verifiers.solidity.kept import Kept
from verifiers.solidity.toolchain import Compiler, SolidityToolchain

PACKAGED = Compiler(version="0.8.20", program="/opt/solc-v0.8.20")
TOOLS = SolidityToolchain(compilers=(PACKAGED,))
PROJECT = Project(sources={"A.sol": "pragma solidity 0.8.20;\ncontract A {}"})
LATER = Project(sources={"A.sol": "pragma solidity 0.8.20;\ncontract A { uint x; }"})


def answer(name: str = "A", **more: object) -> ExecResult:
    code = {"object": "60", "linkReferences": {}}
    evm = {"bytecode": code, "deployedBytecode": code, "methodIdentifiers": {}}
    node = {"nodeType": "ContractDefinition", "name": name, "contractKind": "contract"}
    output = {
        "contracts": {"A.sol": {name: {"abi": [], "evm": evm}}},
        "sources": {"A.sol": {"id": 0, "ast": {"nodeType": "SourceUnit", "nodes": [node]}}},
        **more,
    }
    return ExecResult(exit_code=0, stdout=json.dumps(output).encode())


def refusal(kind: str = "ParserError") -> ExecResult:
    problem = {"severity": "error", "message": "Nonsense.", "type": kind}
    return ExecResult(exit_code=0, stdout=json.dumps({"errors": [problem]}).encode())


def test_what_was_compiled_is_not_compiled_again() -> None:
    sandbox = ScriptedSandbox([answer(), answer(), answer()])
    compilations = Compilations(sandbox, TOOLS)
    first = compilations.compile(PROJECT, 10)
    assert isinstance(first, Compilation)
    assert compilations.compile(PROJECT, 10) == first
    assert len(sandbox.jobs) == 1
    compilations.compile(PROJECT, 10, Profile.ANALYSED)
    compilations.compile(LATER, 10)
    assert len(sandbox.jobs) == 3


def test_who_changes_what_he_got_changes_nobody_elses() -> None:
    compilations = Compilations(ScriptedSandbox([answer()]), TOOLS)
    first = compilations.compile(PROJECT, 10)
    assert isinstance(first, Compilation)
    before = json.dumps(first.output)
    first.output["contracts"]["A.sol"]["A"]["evm"]["deployedBytecode"]["object"] = "00"
    first.output["sources"].clear()
    second = compilations.compile(PROJECT, 10)
    assert isinstance(second, Compilation)
    assert json.dumps(second.output) == before


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (ExecResult(exit_code=None, timed_out=True), Status.INCOMPLETE),
        (ExecResult(exit_code=137, out_of_memory=True), Status.INCOMPLETE),
        (answer().model_copy(update={"truncated": True}), Status.INCOMPLETE),
        (ExecResult(exit_code=70, stderr=b"solc: the compiler broke: unreachable"), Status.ERROR),
        (ExecResult(exit_code=134), Status.ERROR),
    ],
)
def test_what_was_cut_short_is_not_kept(end: ExecResult, status: Status) -> None:
    compilations = Compilations(ScriptedSandbox([end, answer()]), TOOLS)
    made = compilations.compile(PROJECT, 10)
    assert isinstance(made, NotCompiled)
    assert made.status is status
    assert made.summary.startswith("solc 0.8.20 ")
    assert isinstance(compilations.compile(PROJECT, 10), Compilation)


def test_an_answer_that_is_none_is_not_kept() -> None:
    torn = answer().model_copy(update={"stdout": answer().stdout[:-20]})
    compilations = Compilations(ScriptedSandbox([torn, answer()]), TOOLS)
    with pytest.raises(ToolFailed):
        compilations.compile(PROJECT, 10)
    assert isinstance(compilations.compile(PROJECT, 10), Compilation)


def test_what_does_not_compile_is_kept_and_told_again() -> None:
    sandbox = ScriptedSandbox([refusal()])
    compilations = Compilations(sandbox, TOOLS)
    first, second = (compilations.compile(PROJECT, 10) for _ in range(2))
    assert first == second
    assert isinstance(second, NotCompiled)
    assert second.findings[0].message.startswith("Nonsense.")


@pytest.mark.parametrize("kind", ["InternalCompilerError", "Exception", "FatalError"])
def test_a_compiler_that_broke_says_nothing_of_the_source(kind: str) -> None:
    compilations = Compilations(ScriptedSandbox([refusal(kind), answer()]), TOOLS)
    made = compilations.compile(PROJECT, 10)
    assert isinstance(made, NotCompiled)
    assert made.status is Status.ERROR
    assert made.summary == "solc 0.8.20: Nonsense. (the compiler broke on this source)"
    assert isinstance(compilations.compile(PROJECT, 10), Compilation)


def test_nobody_hears_of_the_files_of_another() -> None:
    """Two projects without a contract, apart in nothing but the names of their other files."""
    compilations = Compilations(ScriptedSandbox([]), TOOLS)
    mine = compilations.compile(Project(sources={}, ignored=("secret.vy",)), 10)
    yours = compilations.compile(Project(sources={}, ignored=("notes.md",)), 10)
    assert isinstance(mine, NotCompiled)
    assert isinstance(yours, NotCompiled)
    assert mine.findings[0].rule == "solidity.vyper"
    assert yours.findings[0].rule == "solidity.no-source"
    assert "secret" not in yours.summary


def test_the_oldest_goes_first_and_bytes_are_counted() -> None:
    kept: Kept[str] = Kept(100)
    kept.put("a", "A", 40)
    kept.put("b", "B", 40)
    assert kept.get("a") == "A"
    kept.put("c", "C", 40)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == ("A", None, "C")
    kept.put("a", "A again", 60)
    assert (kept.get("a"), kept.get("c")) == ("A again", "C")
    kept.put("d", "D", 101)
    kept.put("a", "A too big", 101)
    assert [kept.get(key) for key in "acd"] == [None, "C", None]


def test_packaged_compilers_are_started_ahead_and_native_ones_need_not_be() -> None:
    sandbox = ScriptedSandbox([answer(), answer()])
    request = standard_input({"A.sol": "line\nline\r\n\u2028"}, {})
    assert request.count(b"\n") == 1  # a compiler that was started ahead reads one line
    assert request.endswith(b"\n")
    for compiler in (PACKAGED, PACKAGED.model_copy(update={"native": True})):
        assert isinstance(run_solc(sandbox, compiler, request, 10), Answer)
    packaged, native = sandbox.jobs
    assert packaged.argv == native.argv == (PACKAGED.program, "--standard-json")
    assert packaged.ahead == (*packaged.argv, "--ahead")
    assert native.ahead is None


def test_jobs_of_one_compiler_are_of_one_kind_whatever_time_they_have() -> None:
    sandbox = ScriptedSandbox([answer(), answer()])
    for seconds in (1, 300):
        assert not isinstance(run_solc(sandbox, PACKAGED, b"{}\n", seconds), Stopped)
    first, second = (job.limits.model_copy(update={"wall_s": 1.0}) for job in sandbox.jobs)
    assert first == second
