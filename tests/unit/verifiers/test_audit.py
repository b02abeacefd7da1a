"""An audit ends in time, never passes by accident, and its report shows text as text."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from api.cli.audit_view import audit_view
from tests.fakes import FunctionVerifier
from verifiers.audit_receipt import signed
from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import (
    Candidate,
    CodingTask,
    Confirmation,
    Finding,
    Location,
    Policy,
    Severity,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.errors import ToolFailed, ToolMissing
from verifiers.policy_values import Suppression
from verifiers.receipt import Signer, accepts, verify_receipt
from verifiers.reports.audit.html import audit_html
from verifiers.solidity.audits.audit import run_audit
from verifiers.solidity.audits.audit_assembly import assembled
from verifiers.solidity.audits.side_by_side import BRIEF_S, AuditStopped
from verifiers.verifier import Stage

CODE = "pragma solidity ^0.8.20;\ncontract A {\n  function f() external { tx.origin; }\n}\n"
REQUEST = AuditRequest(files=(SourceFile(path="A.sol", content=CODE),), deadline_s=5)
HOSTILE = "</script><img src=x onerror=alert(1)><b>&\u202e{{ 7 * 7 }}\x1b[31m"


def finding(rule: str = "r", line: int = 3, severity: Severity = Severity.HIGH, **more: object) -> Finding:
    fields = {"message": "Anybody can call it", "cwe": "CWE-284", "swc": "SWC-105", **more}
    return Finding(rule=rule, severity=severity, location=Location(path="A.sol", line=line), **fields)


def verdict(name: str, status: Status = Status.PASSED, *findings: Finding, **more: object) -> Verdict:
    return Verdict(verifier=name, status=status, summary=f"{name} said", findings=findings, **more)


def fake(name: str, made: Verdict | Exception | float, stage: Stage = Stage.SCAN) -> FunctionVerifier:
    def judge(candidate: object) -> Verdict:
        if isinstance(made, Exception):
            raise made
        if isinstance(made, float):
            time.sleep(made)
            return verdict(name)
        return made

    return FunctionVerifier(judge, name, stage)


def audit(*verdicts: Verdict, request: AuditRequest = REQUEST) -> Audit:
    return assembled(
        request,
        verdicts,
        required=tuple(each.verifier for each in verdicts),
        version="0.1.0",
        started_at=datetime(2027, 1, 15, tzinfo=UTC),
        duration_s=1.5,
        today=date(2027, 1, 15),
    )


def test_all_must_pass() -> None:
    screen = fake("solc", verdict("solc"), Stage.SCREEN)
    assert run_audit(REQUEST, [screen, fake("slither", verdict("slither"))], "1").verdict is Status.PASSED
    failing = fake("slither", verdict("slither", Status.FAILED, finding()))
    assert run_audit(REQUEST, [screen, failing], "1").verdict is Status.FAILED


@pytest.mark.parametrize(
    "error", [ToolFailed("It broke."), ToolMissing("It is missing."), RuntimeError("bug")]
)
def test_a_tool_that_breaks_costs_its_verdict_and_not_the_audit(error: Exception) -> None:
    made = run_audit(
        REQUEST,
        [
            fake("solc", verdict("solc"), Stage.SCREEN),
            fake("mythril", error),
            fake("slither", verdict("slither")),
        ],
        "1",
    )
    assert made.verdict is Status.ERROR
    assert {check.verifier: check.status for check in made.checks} == {
        "solc": Status.PASSED,
        "mythril": Status.ERROR,
        "slither": Status.PASSED,
    }


def test_a_tool_that_hangs_ends_with_the_deadline() -> None:
    begin = time.monotonic()
    made = run_audit(REQUEST, [fake("solc", verdict("solc"), Stage.SCREEN), fake("mythril", 60.0)], "1")
    assert time.monotonic() - begin < 50
    assert made.verdict is Status.INCOMPLETE
    assert made.checks[1].gaps == ("the audit's time ended before it did",)


@dataclass
class DeepScan:
    """Remembers how long it was told that it may take, and what had answered before it began."""

    answered: list[str]
    seconds: float = 0.0
    before: tuple[str, ...] = ()
    name: str = "mythril"
    stage: Stage = Stage.DEEP_SCAN

    def applies_to(self, task: CodingTask) -> bool:
        return True

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        self.seconds, self.before = seconds, tuple(self.answered)
        return verdict("mythril", Status.INCOMPLETE, evidence={"gaps": ["A: time ran out"]})


def deep_scan_beside(scanner: FunctionVerifier, **more: object) -> tuple[DeepScan, Audit]:
    request = REQUEST.model_copy(update={"deadline_s": 60.0, **more})
    answered: list[str] = []
    deep = DeepScan(answered)
    verifiers = [fake("solc", verdict("solc"), Stage.SCREEN), deep, scanner]
    made = run_audit(request, verifiers, "1", on_verdict=lambda verdict: answered.append(verdict.verifier))
    return deep, made


def test_what_nothing_blocks_is_explored_for_all_the_time_that_scanners_leave() -> None:
    deep, made = deep_scan_beside(fake("slither", verdict("slither")))
    assert deep.before == ("solc", "slither")
    assert deep.seconds > 2 * BRIEF_S
    assert made.checks[2].gaps == ("A: time ran out",)


def test_what_is_blocked_already_is_explored_briefly_and_the_audit_says_so() -> None:
    blocking = fake("slither", verdict("slither", Status.FAILED, finding()))
    deep, made = deep_scan_beside(blocking)
    assert deep.seconds <= BRIEF_S
    assert "thorough" in made.checks[2].gaps[1]
    deep, made = deep_scan_beside(blocking, thorough=True)
    assert deep.seconds > 2 * BRIEF_S
    assert made.checks[2].gaps == ("A: time ran out",)


def test_an_accepted_finding_does_not_shorten_the_exploring() -> None:
    accepted = Suppression(rule="r", reason="by design", expires=date(2999, 1, 1))
    found = verdict("slither", Status.FAILED, finding(), apart_from_findings=Status.PASSED)
    deep, _ = deep_scan_beside(fake("slither", found), policy=Policy(suppressions=(accepted,)))
    assert deep.seconds > 2 * BRIEF_S


def test_a_scanner_that_hangs_does_not_keep_code_from_being_explored() -> None:
    deep, _ = deep_scan_beside(fake("slither", 12.0), deadline_s=5.0)
    assert deep.seconds > 0
    assert deep.before == ("solc",)


def test_behind_a_failed_screen_nothing_is_run() -> None:
    later = fake("slither", verdict("slither"))
    made = run_audit(REQUEST, [fake("solc", verdict("solc", Status.FAILED), Stage.SCREEN), later], "1")
    assert later.seen == []
    assert made.verdict is Status.FAILED
    assert made.checks[1].summary == "It was not run, because the code does not compile."


def test_nobody_answers_in_anothers_name() -> None:
    made = run_audit(REQUEST, [fake("solc", verdict("solc"), Stage.SCREEN), fake("a", verdict("b"))], "1")
    assert made.verdict is Status.ERROR


def test_it_can_be_stopped() -> None:
    with pytest.raises(AuditStopped):
        run_audit(REQUEST, [fake("solc", verdict("solc"), Stage.SCREEN)], "1", should_stop=lambda: True)


def test_it_can_be_stopped_while_verifiers_work() -> None:
    seen: list[str] = []
    verifiers = [
        fake("solc", verdict("solc"), Stage.SCREEN),
        fake("slither", verdict("slither")),
        fake("secrets", 60.0),
    ]
    with pytest.raises(AuditStopped):
        run_audit(
            REQUEST.model_copy(update={"deadline_s": 60.0}),
            verifiers,
            "1",
            on_verdict=lambda verdict: seen.append(verdict.verifier),
            should_stop=lambda: "slither" in seen,
        )


def test_one_fault_is_told_once_and_what_blocks_comes_first() -> None:
    low = finding("low", line=2, severity=Severity.LOW, cwe="CWE-190")
    made = audit(
        verdict("slither", Status.FAILED, finding("s"), low), verdict("mythril", Status.FAILED, finding("m"))
    )
    assert [(item.id, item.found_by, item.blocks) for item in made.findings] == [
        ("A-1", ("slither", "mythril"), True),
        ("A-2", ("slither",), False),
    ]
    excerpt = made.findings[0].excerpt
    assert excerpt is not None
    assert excerpt.lines[excerpt.marked[0] - excerpt.first].strip() == "function f() external { tx.origin; }"


def test_what_was_refuted_is_kept_last_and_does_not_block() -> None:
    made = audit(
        verdict(
            "mythril",
            Status.FAILED,
            finding(confirmation=Confirmation.REFUTED),
            finding("b", 2, Severity.LOW),
        )
    )
    assert [(item.finding.rule, item.blocks) for item in made.findings] == [("b", False), ("r", False)]


def test_a_suppressed_finding_says_until_when() -> None:
    by = Suppression(rule="r", reason="known", expires=date(2027, 6, 1))
    request = REQUEST.model_copy(update={"policy": Policy(suppressions=(by,))})
    made = audit(
        verdict("slither", Status.FAILED, finding(), apart_from_findings=Status.PASSED), request=request
    )
    assert made.verdict is Status.PASSED
    assert made.findings[0].accepted == "until 2027-06-01: known"


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.urls: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.urls += [str(value) for name, value in attrs if name in ("href", "src")]


def hostile() -> Audit:
    request = AuditRequest(
        files=(SourceFile(path="A<b>.sol", content=f"// {HOSTILE.replace(chr(27), '')}\n" * 5),),
        name=HOSTILE.replace("\x1b", ""),
    )
    bad = finding(HOSTILE, fix=HOSTILE, counterexample=HOSTILE).model_copy(
        update={"message": HOSTILE, "location": Location(path="A<b>.sol", line=2)}
    )
    evidence = {"gaps": [HOSTILE], "cases": [{"name": HOSTILE, "status": "failed", "reason": HOSTILE}]}
    return audit(
        Verdict(
            verifier="mythril",
            status=Status.FAILED,
            summary=HOSTILE,
            findings=(bad,),
            evidence=evidence,
            tool=HOSTILE,
        ),
        request=request,
    )


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = audit_html(hostile())
    page = Page(text)
    assert not {"script", "img", "iframe", "link", "object", "form"} & page.tags
    assert all(url.startswith(("#", "https://cwe.mitre.org/data/definitions/")) for url in page.urls)
    assert "Content-Security-Policy" in text
    assert "49" not in re.findall(r"\b49\b", text)
    assert "{{ 7 * 7 }}" in text
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_the_terminal_shows_no_escapes() -> None:
    console = Console(width=100, record=True, force_terminal=False)
    console.print(audit_view(hostile()))
    assert "\x1b[31m" not in console.export_text()


def test_an_audit_is_signed_and_its_failure_is_no_acceptance(tmp_path: Path) -> None:
    signer = Signer.from_file(tmp_path / "key.pem")
    failed, passed = audit(verdict("slither", Status.FAILED, finding())), audit(verdict("slither"))
    for made, good in ((failed, False), (passed, True)):
        receipt = signed(made, signer).receipt
        assert receipt is not None
        assert accepts(verify_receipt(receipt, REQUEST.candidate)) is good
        assert json.loads(receipt.statement)["audited"]["files"]["A.sol"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((SourceFile(path="A.txt", content="x"),), "ends in .sol"),
        ((SourceFile(path="A.t.sol", content="x"),), "is a test by its name"),
    ],
)
def test_a_request_without_a_contract_is_refused(files: tuple[SourceFile, ...], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        AuditRequest(files=files)


def test_an_audit_is_the_same_after_json() -> None:
    made = hostile()
    assert Audit.model_validate_json(made.model_dump_json()) == made
