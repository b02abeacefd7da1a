"""Where Solidity tests lie, which there are, and what the record of a run shows: without any tool."""

from __future__ import annotations

from typing import Any

import pytest

from verifiers.domain import Candidate, CodingTask, Language, SourceFile, Status, TestSuite
from verifiers.errors import InvalidInput
from verifiers.registry import check_task
from verifiers.solidity.testing.cheating import ASSUMED_FALSE, CHEAT_CODES, CONSOLE, RUNNER, watch
from verifiers.solidity.testing.code_origin import Origins, Unit, makes_calls
from verifiers.solidity.testing.replicas import without_assume
from verifiers.solidity.testing.test_ids import ExpectedTest, Kind
from verifiers.solidity.testing.test_layout import Layout, imported_paths, layout
from verifiers.solidity.testing.test_verdict import decide, rows_of
from verifiers.solidity.testing.watched_run import Outcome, WatchedRun

VAULT = "pragma solidity ^0.8.20; contract Vault {}"
TEST = 'import "{}"; contract VaultTest {{ function test_it() public {{}} }}'


def laid(files: dict[str, str], tests: dict[str, str], given: dict[str, str] | None = None) -> Layout:
    suite = TestSuite(files=tuple(SourceFile(path=path, content=text) for path, text in tests.items()))
    task = CodingTask(
        language=Language.SOLIDITY,
        instruction="A vault.",
        tests=suite,
        files=tuple(SourceFile(path=path, content=text) for path, text in (given or {}).items()),
    )
    candidate = Candidate(files=tuple(SourceFile(path=p, content=text) for p, text in files.items()))
    return layout(task, candidate, suite)


@pytest.mark.parametrize(
    ("test_path", "target", "lies_at", "passed_on"),
    [
        ("Vault.t.sol", "../src/Vault.sol", "test/Vault.t.sol", "src/Vault.sol"),
        ("Vault.t.sol", "../../a/Vault.sol", "test/test/Vault.t.sol", "a/Vault.sol"),
        ("test/Vault.t.sol", "../Vault.sol", "test/Vault.t.sol", None),
        ("test/Vault.t.sol", "./Vault.sol", "test/Vault.t.sol", "test/Vault.sol"),
        ("Vault.t.sol", "./Vault.sol", "Vault.t.sol", None),
        ("Vault.t.sol", "Vault.sol", "Vault.t.sol", None),
        ("Vault.t.sol", "src/Vault.sol", "Vault.t.sol", "src/Vault.sol"),
        ("Vault.t.sol", "../src/Safe.sol", "test/Vault.t.sol", "src/Safe.sol"),
        ("Vault.t.sol", "@openzeppelin/Vault.sol", "Vault.t.sol", None),
        ("Vault.t.sol", "forge-std/Vault.sol", "Vault.t.sol", None),
    ],
)
def test_what_the_tests_import_is_where_they_look(
    test_path: str, target: str, lies_at: str, passed_on: str | None
) -> None:
    found = laid({"Vault.sol": VAULT}, {test_path: TEST.format(target)})
    made = {path: text for path, text in found.tests.items() if path != lies_at}
    assert lies_at in found.tests
    assert found.known_as(lies_at) == test_path
    assert list(made) == ([passed_on] if passed_on else [])
    assert all('import "Vault.sol";' in text for text in made.values())


def test_of_several_files_only_the_one_of_the_same_name_is_meant() -> None:
    files = {"Vault.sol": VAULT, "Other.sol": VAULT}
    assert len(laid(files, {"t/V.t.sol": TEST.format("../src/Vault.sol")}).tests) == 2
    assert len(laid(files, {"t/V.t.sol": TEST.format("../src/Safe.sol")}).tests) == 1


def test_nothing_of_the_candidates_stands_in_the_judges_place() -> None:
    hostile = {
        "forge-std/Test.sol": "x",
        ".acrisol/solc": "x",
        "acrisol_watch/W0_0.t.sol": "x",
        "test/V.t.sol": "x",
        "foundry.toml": "[profile.default]\nremappings = ['forge-std/=evil/']\n",
        "remappings.txt": "forge-std/=evil/\nforge=evil\n@lib/=lib/x/\n@given/=evil/\n",
        "Vault.sol": VAULT,
    }
    test = TEST.format("../Vault.sol")
    found = laid(hostile, {"test/V.t.sol": test}, {"remappings.txt": "@given/=lib/given/\n"})
    assert found.project.sources == {"Vault.sol": VAULT}
    assert found.tests == {"test/V.t.sol": test}
    assert found.candidate == {"Vault.sol"}
    assert found.project.remappings == ("@lib/=lib/x/", "@given/=lib/given/")


def test_imported_paths_are_told_by_the_project() -> None:
    text = 'import "forge-std/Test.sol"; import {A} from "../src/A.sol"; import "./Base.sol"; import "@o/B";'
    files = (SourceFile(path="A.t.sol", content=text), SourceFile(path="Base.sol", content=""))
    assert imported_paths(files) == ("src/A.sol",)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("V.t.sol", "contract T { function check() public {} }", "no contract has a test"),
        ("V.t.sol", "// contract T { function test_a() public {} }", "no contract has a test"),
        ("V.t.sol", 'contract T { string s = "function test_a()"; }', "no contract has a test"),
        ("V.t.sol", "", "no contract has a test"),
        ("test_v.py", "def test_a(): pass", "ends in .sol"),
    ],
)
def test_tests_without_a_test_are_refused_at_once(path: str, text: str, said: str) -> None:
    suite = TestSuite(files=(SourceFile(path=path, content=text),))
    task = CodingTask(language=Language.SOLIDITY, instruction="x", tests=suite)
    with pytest.raises(InvalidInput, match=said) as caught:
        check_task(task)
    assert caught.value.field.startswith("tests")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["test_a", "testFuzz_a", "invariant_a", "statefulFuzz_a"])
def test_any_kind_of_test_is_one(name: str) -> None:
    text = f"contract T {{ function {name}(uint256 x) public {{}} }}"
    suite = TestSuite(files=(SourceFile(path="T.t.sol", content=text),))
    check_task(CodingTask(language=Language.SOLIDITY, instruction="x", tests=suite))


def test_only_whole_instructions_are_calls() -> None:
    assert makes_calls("6001f1")
    assert not makes_calls("60f1")  # pushed, not called
    assert not makes_calls("7f" + "f1" * 32 + "00")
    assert makes_calls("73__$" + "a" * 34 + "$__f4")
    assert makes_calls("no code")


def test_assume_becomes_what_fails_for_false() -> None:
    assert without_assume("5b632631f2b160e11b56") == "5b63ffa1864960e01b56"
    assert without_assume("634c63e562") == "63ffa18649"
    assert without_assume("1634c63e5620") == "1634c63e5620"  # not at a whole byte


TEST_AT, VAULT_AT, HELPER_AT = "0x" + "11" * 20, "0x" + "22" * 20, "0x" + "33" * 20
WARP, SET_UP = "e5d6bf02", "0a9254e4"
ORIGINS = Origins(
    units=(
        Unit("t.sol", "VaultTest", "aa01", trusted=True, candidates=False),
        Unit("t.sol", "Helper", "aa02", trusted=True, candidates=False),
        Unit("t.sol", "Harness", "aa03", trusted=False, candidates=False),
        Unit("v.sol", "Vault", "bb01", trusted=False, candidates=True),
    ),
    names={WARP: "warp", SET_UP: "setUp"},
    can_call=True,
)


def node(parent: int | None, address: str, data: str = "", kind: str = "CALL", ok: bool = True) -> Any:
    return {"parent": parent, "trace": {"kind": kind, "address": address, "data": f"0x{data}", "success": ok}}


def traces(*calls: Any, code: str = "bb01") -> list[Any]:
    """A test contract that has created the vault, and then what happens in its test."""
    phases = (
        ("Deployment", [node(None, TEST_AT, "aa01", "CREATE")]),
        ("Setup", [node(None, TEST_AT, SET_UP), node(0, VAULT_AT, code, "CREATE")]),
        ("Execution", [node(None, TEST_AT, "12345678"), *calls]),
    )
    return [
        [name, {"arena": [{**call, "idx": place} for place, call in enumerate(arena)]}]
        for name, arena in phases
    ]


CHEATS = {
    "calls it": [node(0, VAULT_AT), node(1, CHEAT_CODES, WARP)],
    "in upper case": [node(0, VAULT_AT), node(1, CHEAT_CODES.upper().replace("0X", "0x"), WARP)],
    "delegates to it": [node(0, VAULT_AT), node(1, CHEAT_CODES, WARP, "DELEGATECALL")],
    "asks it": [node(0, VAULT_AT), node(1, CHEAT_CODES, WARP, "STATICCALL")],
    "logs": [node(0, VAULT_AT), node(1, CONSOLE, "41304fac", "STATICCALL")],
    "creates what calls it": [
        node(0, VAULT_AT), node(1, HELPER_AT, "cc", "CREATE2"), node(2, CHEAT_CODES, WARP)],
    "creates the tests' own helper": [
        node(0, VAULT_AT), node(1, HELPER_AT, "aa02", "CREATE"), node(1, HELPER_AT),
        node(3, CHEAT_CODES, WARP)],
    "is delegated to by a helper": [
        node(0, HELPER_AT, "aa02", "CREATE"), node(0, HELPER_AT), node(2, VAULT_AT, "", "DELEGATECALL"),
        node(3, CHEAT_CODES, WARP)],
    "sets up anew": [node(0, VAULT_AT), node(1, TEST_AT, SET_UP)],
    "an account that the test overwrote": [
        node(0, HELPER_AT, "aa02", "CREATE"), node(0, CHEAT_CODES, "b4d6c782" + "0" * 24 + HELPER_AT[2:]),
        node(0, HELPER_AT), node(3, CHEAT_CODES, WARP)],
}  # fmt: skip


@pytest.mark.parametrize("calls", CHEATS.values(), ids=CHEATS.keys())
def test_a_call_of_the_runner_by_other_code_is_a_cheat(calls: list[Any]) -> None:
    assert watch(traces(*calls), ORIGINS).cheats


HONEST = {
    "the test": [node(0, CHEAT_CODES, WARP)],
    "its helper": [node(0, HELPER_AT, "aa02", "CREATE"), node(0, HELPER_AT), node(2, CHEAT_CODES, WARP)],
    "the helper's constructor": [node(0, HELPER_AT, "aa02ff", "CREATE"), node(1, CHEAT_CODES, WARP)],
    "a helper that the vault calls back": [
        node(0, HELPER_AT, "aa02", "CREATE"), node(0, VAULT_AT), node(2, HELPER_AT),
        node(3, CHEAT_CODES, WARP)],
    "the vault pays the test": [node(0, VAULT_AT), node(1, TEST_AT, "")],
}  # fmt: skip


@pytest.mark.parametrize("calls", HONEST.values(), ids=HONEST.keys())
def test_what_the_tests_themselves_do_is_none(calls: list[Any]) -> None:
    found = watch(traces(*calls), ORIGINS)
    assert (found.cheats, found.shared) == ({}, "")
    assert found.executed == [SET_UP, "12345678"]


def test_code_of_both_is_neither_cheating_nor_apart() -> None:
    found = watch(traces(node(0, VAULT_AT), node(1, CHEAT_CODES, WARP), code="aa03"), ORIGINS)
    assert (found.cheats, "Harness" in found.shared) == ({}, True)
    delegated = watch(traces(node(0, VAULT_AT, "", "DELEGATECALL")), ORIGINS)
    assert "delegates to code of Vault" in delegated.shared


def test_an_unfit_input_is_told_from_a_failure_by_who_refuses_it() -> None:
    assert watch(traces(node(0, CHEAT_CODES, ASSUMED_FALSE, ok=False)), ORIGINS).assumed
    hostile = watch(traces(node(0, VAULT_AT), node(1, CHEAT_CODES, ASSUMED_FALSE, ok=False)), ORIGINS)
    assert not hostile.assumed
    assert hostile.cheats
    assert watch(None, ORIGINS).executed == []
    assert RUNNER not in (TEST_AT, VAULT_AT)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("passed", "passed"), Status.PASSED),
        (("passed", "failed"), Status.FAILED),
        (("passed", "missing"), Status.FAILED),
        (("passed", "skipped"), Status.INCOMPLETE),
        (("passed", "unseen"), Status.INCOMPLETE),
        (("skipped",), Status.INCOMPLETE),
    ],
)
def test_only_tests_that_ran_and_were_seen_pass(statuses: tuple[str, ...], expected: Status) -> None:
    outcomes = [
        Outcome(
            ExpectedTest(
                path="T.t.sol", contract="T", name=f"test_{n}", signature=f"test_{n}()", selector="00",
                kind=Kind.UNIT, defined_in="T.t.sol", line=3,
            ),
            status, "why", gas=7,
        )
        for n, status in enumerate(statuses)
    ]  # fmt: skip
    found = laid({"Vault.sol": VAULT}, {"T.t.sol": TEST.format("./Vault.sol")})
    verdict = decide(found, WatchedRun(outcomes), {}, shared="")
    assert verdict.status is expected
    assert len(rows_of(verdict)) == len(statuses)
    if expected is Status.FAILED:
        (finding,) = verdict.findings
        assert finding.rule == "T.t.sol::T.test_1"
        assert finding.location is not None
        assert finding.location.line == 3
    cheating = WatchedRun(outcomes, cheats={"Vault calls it": ("Vault.sol", "Vault")})
    assert decide(found, cheating, {}, shared="").status is Status.FAILED
    apart = decide(found, WatchedRun(outcomes, shared="it is linked"), {}, shared="")
    assert apart.status is not Status.PASSED
