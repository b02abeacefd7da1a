"""What an audit tells of tests: measured beside the verifiers, never in the way, and shown as text."""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime

import pytest
from rich.console import Console

from api.cli.audit_view import audit_view
from tests.fakes import FunctionVerifier
from verifiers.audit_tests import ContractGas, FileCoverage, FunctionGas, Measurement
from verifiers.audit_values import Audit, AuditRequest, TestResult
from verifiers.domain import Finding, Severity, SourceFile, Status, TestSuite, Verdict
from verifiers.reports.audit.html import audit_html
from verifiers.reports.audit.words import share, stretches, title_of
from verifiers.solidity.audits.audit import run_audit
from verifiers.solidity.audits.audit_assembly import assembled
from verifiers.solidity.testing.measured_output import coverage_of, gas_of
from verifiers.verifier import Stage

CODE = "pragma solidity ^0.8.20;\ncontract A {}\n"
HOSTILE = "</code><script>alert(1)</script>\x1b[31m\u202e"
FILES = (SourceFile(path="src/A.sol", content=CODE),)
TESTS = TestSuite(files=(SourceFile(path="test/A.t.sol", content=CODE),))
REQUEST = AuditRequest(files=FILES, tests=TESTS, deadline_s=5)
MEASURED = Measurement(
    gas=(
        ContractGas(
            contract="src/A.sol:A",
            deployment=123_456,
            bytes=789,
            functions=(FunctionGas(name="f(uint256)", calls=3, least=10, median=2_000, most=30_000),),
        ),
    ),
    coverage=(FileCoverage(path="src/A.sol", lines=8, lines_run=6, missed=((3, 4),)),),
)
GAS = {
    "contract": "src/A.sol:A",
    "deployment": {"gas": 100, "size": 20},
    "functions": {"f()": {"calls": 2, "min": 1, "mean": 2, "median": 2, "max": 3}},
}
LCOV = (
    "TN:\nSF:src/A b.sol\nDA:3,1\nDA:4,0\nDA:9,0\nDA:12,2\nDA:14,0\nLF:5\nLH:2\nFNF:2\nFNH:1\nend_of_record\n"
)


def passing(name: str = "solc", stage: Stage = Stage.SCREEN, **more: object) -> FunctionVerifier:
    fields = {"status": Status.PASSED, "summary": f"{name} said", **more}
    return FunctionVerifier(lambda _: Verdict(verifier=name, **fields), name, stage)


def made(
    measured: Measurement | None = MEASURED, *verdicts: Verdict, request: AuditRequest = REQUEST
) -> Audit:
    return assembled(
        request,
        verdicts,
        required=(),
        version="1",
        started_at=datetime(2027, 1, 15, tzinfo=UTC),
        duration_s=1,
        measurement=measured,
    )


def terminal(audit: Audit) -> str:
    console = Console(width=120, force_terminal=False)
    with console.capture() as capture:
        console.print(audit_view(audit))
    return capture.get()


def test_tests_are_measured_and_code_without_tests_is_not() -> None:
    asked: list[float] = []

    def measure(request: AuditRequest, seconds: float) -> Measurement:
        asked.append(seconds)
        return MEASURED

    audit = run_audit(REQUEST, [passing()], "1", measure=measure)
    assert (audit.gas, audit.coverage, audit.unmeasured) == (MEASURED.gas, MEASURED.coverage, "")
    assert 0 < asked[0] <= REQUEST.deadline_s
    untested = run_audit(AuditRequest(files=FILES, deadline_s=5), [passing()], "1", measure=measure)
    assert (untested.coverage, len(asked)) == ((), 1)
    assert untested.limits[0].startswith("There are no tests, so none was run.")


def test_what_cannot_be_measured_costs_neither_verdict_nor_deadline() -> None:
    def broken(request: AuditRequest, seconds: float) -> Measurement:
        raise RuntimeError("bug")

    audit = run_audit(REQUEST, [passing()], "1", measure=broken)
    assert audit.verdict is Status.PASSED
    assert "internal error (RuntimeError)" in audit.unmeasured
    assert audit.unmeasured in audit.limits
    never = threading.Event()

    def hanging(request: AuditRequest, seconds: float) -> Measurement:
        never.wait(60)
        return MEASURED

    begin = time.monotonic()
    audit = run_audit(REQUEST, [passing()], "1", measure=hanging)
    assert time.monotonic() - begin < 50
    never.set()
    assert audit.verdict is Status.PASSED
    assert "time ended" in audit.unmeasured


def test_code_that_is_only_too_large_is_looked_at_all_the_same() -> None:
    size = Finding(rule="solidity.code-size", message="Too large", severity=Severity.HIGH)
    failed = {"status": Status.FAILED, "findings": (size,)}
    scan = passing("slither", Stage.SCAN)
    large = run_audit(REQUEST, [passing(**failed, evidence={"contracts": ["src/A.sol:A"]}), scan], "1")
    assert large.verdict is Status.FAILED
    assert [check.status for check in large.checks] == [Status.FAILED, Status.PASSED]
    bad = run_audit(REQUEST, [passing(**failed, evidence={"contracts": []}), scan], "1")
    assert bad.checks[1].summary == "It was not run, because the code does not compile."


@pytest.mark.parametrize("status", [Status.ERROR, Status.INCOMPLETE])
def test_a_compiler_that_breaks_is_no_word_about_the_code(status: Status) -> None:
    broken = passing(status=status, summary="solc was killed by signal 11.")
    audit = run_audit(REQUEST, [broken, passing("slither", Stage.SCAN)], "1")
    assert audit.verdict is status
    assert audit.checks[1].summary == "It was not run, because the compiler did not come to an end."


def test_forge_reports_are_read_for_the_judged_files_alone() -> None:
    (gas,) = (
        gas_of(f"noise\n{json.dumps([GAS, {**GAS, 'contract': 'test/A.t.sol:T'}])}\n", {"src/A.sol"}) or ()
    )
    assert (gas.contract, gas.deployment, gas.bytes, gas.functions[0].median) == ("src/A.sol:A", 100, 20, 2)
    (file,) = coverage_of(LCOV + LCOV.replace("A b", "B"), {"src/A b.sol"}) or ()
    assert (file.lines, file.lines_run, file.functions_run) == (5, 2, 1)
    assert file.missed == ((4, 9), (14, 14))


@pytest.mark.parametrize(
    "text",
    ["", "\n", "{", "{}", "[" * 100_000, '{"event": "x"}', "null", "Error: boom"],
)
def test_what_is_no_report_is_none(text: str) -> None:
    assert gas_of(text, {"src/A.sol"}) is None
    assert coverage_of(text, {"src/A.sol"}) is None


@pytest.mark.parametrize(
    "item",
    [
        None,
        {},
        {"contract": 5},
        {**GAS, "deployment": {"gas": -1}},
        {**GAS, "deployment": {"gas": "much"}},
    ],
)
def test_a_row_that_does_not_fit_is_left_out(item: object) -> None:
    assert gas_of(json.dumps([item, GAS]), {"src/A.sol"}) == gas_of(json.dumps([GAS]), {"src/A.sol"})
    functions = {"g()": {"calls": -1}, "h()": None, **GAS["functions"]}  # type: ignore[dict-item]
    (gas,) = gas_of(json.dumps([{**GAS, "functions": functions}]), {"src/A.sol"}) or ()
    assert [row.name for row in gas.functions] == ["f()"]
    assert coverage_of("SF:src/A.sol\nDA:x\nLF:1\nend_of_record", {"src/A.sol"}) == ()


def test_the_report_shows_coverage_and_gas() -> None:
    audit = made()
    page, text = audit_html(audit), terminal(audit)
    for shown in ("75 % (6 of 8)", "3 to 4", "f(uint256)", "2,000", "30,000"):
        assert shown in page, shown
        assert shown in text, shown
    assert "123,456 gas to deploy, 789 of 24,576 bytes" in page
    assert any("run 6 of 8 lines" in limit for limit in audit.limits)
    assert "Coverage" not in audit_html(made(None))


def test_names_out_of_hostile_code_are_text() -> None:
    gas = ContractGas(
        contract=HOSTILE, functions=(FunctionGas(name=HOSTILE, calls=1, least=1, median=1, most=1),)
    )
    audit = made(Measurement(gas=(gas,), coverage=(FileCoverage(path=HOSTILE, lines=1, lines_run=0),)))
    test = TestResult(name=HOSTILE, status="failed", reason=HOSTILE, counterexample=HOSTILE)
    audit = audit.model_copy(update={"tests": (test,)})
    page, text = audit_html(audit), terminal(audit)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in text


def test_a_failing_test_is_named_in_the_heading() -> None:
    finding = Finding(rule="test/A.t.sol::ATest.test_x", message="1 != 2", severity=Severity.HIGH)
    verdict = Verdict(verifier="solidity-tests", status=Status.FAILED, summary="bad", findings=(finding,))
    (item,) = made(None, verdict).findings
    assert title_of(item) == ("The test ATest.test_x fails", "1 != 2")


def test_what_was_left_out_stands_in_the_limits() -> None:
    note = "1 test file(s) in test/ are JavaScript or TypeScript and were not run: an audit runs forge tests."
    request = AuditRequest(files=FILES, notes=(note,))
    assert note in made(None, request=request).limits
    given = made(None).limits[0]
    assert given.startswith("None of the given tests could be run.")


def test_numbers_in_words() -> None:
    assert (share((0, 0)), share((199, 200)), share((1, 3))) == ("-", "99 % (199 of 200)", "33 % (1 of 3)")
    assert (stretches(()), stretches(((1, 1), (3, 5)))) == ("none", "1, 3 to 5")
