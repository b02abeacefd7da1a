"""Reading what the compiler said; the golden outputs are recorded from real runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verifiers.domain import Severity
from verifiers.errors import ToolFailed
from verifiers.solidity.compiling.compiler_output import MAX_CODE_BYTES, Compiled, line_and_column, parse

GOLDEN = Path(__file__).parents[2] / "golden" / "solc"


def read(name: str) -> Compiled:
    source = (GOLDEN / f"{name}.sol").read_text()
    return parse((GOLDEN / f"{name}.json").read_text(), {"Contract.sol": source})


def output(**parts: object) -> str:
    return json.dumps({"sources": {}, "contracts": {}, **parts})


def test_an_error_has_line_and_column_in_characters_after_wide_ones() -> None:
    compiled = read("broken")
    assert compiled.failed
    [finding] = compiled.findings
    assert finding.severity is Severity.HIGH
    assert finding.message == "Undeclared identifier. Here: missing"
    assert finding.location is not None
    assert (finding.location.path, finding.location.line, finding.location.column) == ("Contract.sol", 7, 24)


def test_imports_from_outside_the_project_are_errors_with_their_lines() -> None:
    compiled = read("outside_imports")
    assert compiled.failed
    assert [finding.location and finding.location.line for finding in compiled.findings] == [4, 5, 6]
    assert all("only the project's own files" in finding.message for finding in compiled.findings)
    assert "root:" not in (GOLDEN / "outside_imports.json").read_text()


def test_warnings_are_findings_that_do_not_fail() -> None:
    compiled = read("selfdestruct")
    assert not compiled.failed
    [finding] = compiled.findings
    assert finding.severity is Severity.LOW
    assert finding.location is not None
    assert finding.location.line == 6
    [contract] = compiled.contracts
    assert contract.deployable
    assert contract.functions == ("close(address)",)


def test_what_cannot_be_deployed_is_known() -> None:
    kinds = {
        contract.name: (contract.kind, contract.deployable) for contract in read("abstract_only").contracts
    }
    assert kinds == {"Shape": ("interface", False), "Base": ("abstract", False)}


def test_bases_are_counted() -> None:
    assert {contract.name: contract.bases for contract in read("inherited").contracts} == {
        "Owned": 1,
        "Lamp": 2,
    }


def test_the_oldest_compilers_are_read_too() -> None:
    compiled = read("old_reentrancy")
    assert not compiled.failed
    assert [contract.functions for contract in compiled.contracts] == [("put()", "take()")]


def test_a_source_without_a_contract_fails() -> None:
    compiled = parse(output(sources={"A.sol": {"id": 0}}), {"A.sol": "struct S { uint x; }"})
    assert compiled.failed
    assert compiled.findings[0].rule == "solidity.no-contract"


def test_code_above_the_chain_limit_is_a_finding() -> None:
    code = "00" * (MAX_CODE_BYTES + 1)
    contracts = {"A.sol": {"Big": {"evm": {"deployedBytecode": {"object": code}}}}}
    compiled = parse(output(contracts=contracts), {"A.sol": "contract Big {}"})
    [finding] = compiled.findings
    assert finding.rule == "solidity.code-size"
    assert "24,577" in finding.message
    assert finding.severity is Severity.HIGH
    fits = {"A.sol": {"Big": {"evm": {"deployedBytecode": {"object": code[2:]}}}}}
    assert parse(output(contracts=fits), {"A.sol": "contract Big {}"}).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "{",
        "Internal compiler error",
        '{"errors": 1}',
        '{"errors": [1]}',
        '{"contracts": []}',
        "[" * 100_000,
    ],
)
def test_an_unreadable_answer_is_the_tools_failure(text: str) -> None:
    with pytest.raises(ToolFailed):
        parse(text, {"A.sol": ""})


def test_a_thousand_errors_are_cut_and_errors_come_first() -> None:
    warnings = [{"severity": "warning", "type": "Warning", "message": "w"}] * 1000
    error = {"severity": "error", "type": "TypeError", "message": "e" * 10_000}
    compiled = parse(output(errors=[*warnings, error]), {"A.sol": ""})
    assert len(compiled.findings) == 50
    assert compiled.findings[0].rule == "solc.TypeError"
    assert len(compiled.findings[0].message) == 600


def test_places_that_are_not_ours_are_left_out() -> None:
    place = {"file": "/etc/passwd", "start": 0, "end": 1}
    error = {"severity": "error", "type": "TypeError", "message": "e", "sourceLocation": place}
    assert parse(output(errors=[error]), {"A.sol": ""}).findings[0].location is None


@pytest.mark.parametrize(
    ("text", "offset", "expected"),
    [
        ("ab\ncd", 0, (1, 1)),
        ("ab\ncd", 3, (2, 1)),
        ("é\nxé!", 6, (2, 3)),
        ("a", 99, (1, 2)),
        ("a", -1, (1, 1)),
    ],
)
def test_offsets_are_bytes_and_columns_are_characters(
    text: str, offset: int, expected: tuple[int, int]
) -> None:
    assert line_and_column(text, offset) == expected
