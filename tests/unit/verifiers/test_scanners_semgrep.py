"""What semgrep-core prints is read without ever taking silence for a clean result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import ScriptedSandbox
from verifiers.domain import Candidate, CodingTask, Language, Policy, Severity, SourceFile, Status, Verdict
from verifiers.errors import ToolFailed
from verifiers.sandbox.protocol import ExecResult
from verifiers.scanners.rule_pack import load_pack
from verifiers.scanners.semgrep import MAX_LISTED, SemgrepVerifier
from verifiers.scanners.semgrep_output import Match, parse

GOLDEN = Path(__file__).parents[2] / "golden" / "semgrep"
RULES = ("python.code-injection", "python.parse-probe")
PACK = load_pack(frozenset({"python"}))


def golden(name: str) -> str:
    return (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def changed(name: str, change: Callable[[dict[str, Any]], object]) -> str:
    output = json.loads(golden(name).splitlines()[-1])
    change(output)
    return json.dumps(output)


def test_a_clean_run_has_neither_matches_nor_problems() -> None:
    report = parse(golden("clean"), {"src/0": 6, "src/1": 6}, RULES)
    assert (report.matches, report.problems, report.suppressions) == ((), (), 0)
    assert report.version == "1.182.0"


def test_a_nosemgrep_comment_hides_nothing() -> None:
    report = parse(golden("findings"), {"src/0": 60}, RULES)
    assert report.matches == (
        Match(rule="python.code-injection", target="src/0", line=2, end_line=2, column=12),
        Match(rule="python.code-injection", target="src/0", line=5, end_line=5, column=1),
    )
    assert report.suppressions == 1


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("partial-parse", 8, "can be parsed in part only (line 1)"),
        ("parser-crash", 52, "cannot be parsed"),
        ("too-many-matches", 160, "there are too many matches to list"),
        ("timeout", 240_001, "a rule ran out of time (python.code-injection)"),
    ],
)
def test_what_was_not_wholly_scanned_is_said(name: str, size: int, reason: str) -> None:
    report = parse(golden(name), {"src/0": size}, RULES)
    assert [problem.target for problem in report.problems] == ["src/0"]
    assert report.problems[0].reason.startswith(reason)


def test_a_data_flow_analysis_cut_short_is_said() -> None:
    text = changed("clean", lambda output: output["time"]["fixpoint_timeouts"].append({"rule": "x"}))
    report = parse(text, {"src/0": 6, "src/1": 6}, RULES)
    assert [problem.reason for problem in report.problems] == ["the data flow analysis ran out of time"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "printed nothing"),
        ("\n\n", "printed nothing"),
        ("Segmentation fault", "not JSON"),
        (golden("clean")[:-200], "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("{}", "unknown form"),
        ("[]", "unknown form"),
        (golden("bad-rule"), "Rule parse error"),
        (golden("missing-target"), "ran 0 rules of 2"),
        (golden("no-rules"), "unknown form|Fatal error"),
        (changed("clean", lambda output: output["time"]["rules"].pop()), "ran 1 rules of 2"),
        (changed("clean", lambda output: output["paths"]["scanned"].pop()), "scanned 1 files of 2"),
        (changed("clean", lambda output: output["time"]["targets"].pop()), "scanned 2 files of 2"),
        (changed("clean", lambda output: output["time"]["targets"][0].update(num_bytes=5)), "scanned"),
        (changed("clean", lambda output: output["skipped_rules"].append({})), "skipped 1 rules"),
        (changed("clean", lambda output: output.pop("errors")), "unknown form"),
        (
            changed(
                "clean", lambda output: output["errors"].append({"error_type": "Fatal error", "message": "x"})
            ),
            "Fatal error",
        ),
        (
            changed(
                "clean", lambda output: output["errors"].append({"error_type": "New kind", "message": ""})
            ),
            "New kind",
        ),
    ],
)
def test_whatever_else_goes_wrong_is_a_broken_tool(text: str, said: str) -> None:
    with pytest.raises(ToolFailed, match=said):
        parse(text, {"src/0": 6, "src/1": 6}, RULES)


def test_a_finding_in_a_file_that_was_not_given_is_a_broken_tool() -> None:
    text = changed("findings", lambda output: output["results"][0].update(path="src/7"))
    with pytest.raises(ToolFailed, match="not given"):
        parse(text, {"src/0": 60}, RULES)


# --- the verdict ------------------------------------------------------------------------------------------


def output(content: str, results: list[tuple[str, int]], errors: list[dict[str, Any]] | None = None) -> bytes:
    """What the engine prints for one file when these rules match on these lines."""
    size = len(content.encode())
    return json.dumps(
        {
            "version": "1.182.0",
            "results": [
                {
                    "check_id": rule,
                    "path": "src/0",
                    "start": {"line": line, "col": 1},
                    "end": {"line": line, "col": 2},
                    "extra": {"is_ignored": False},
                }
                for rule, line in results
            ],
            "errors": errors or [],
            "paths": {"scanned": ["src/0"]},
            "time": {
                "rules": [*PACK.rules, "python.parse-probe"],
                "targets": [{"path": "src/0", "num_bytes": size}],
                "fixpoint_timeouts": [],
            },
            "skipped_rules": [],
        }
    ).encode()


def verdict(result: ExecResult, content: str = "x = 1\n", policy: Policy | None = None) -> Verdict:
    task = CodingTask(instruction="Write it.", policy=policy or Policy())
    candidate = Candidate(files=(SourceFile(path="solution.py", content=content),))
    return SemgrepVerifier(ScriptedSandbox([result])).verify(task, candidate, 10.0)


def ran(stdout: bytes) -> ExecResult:
    return ExecResult(exit_code=0, stdout=stdout, isolation="scripted")


def test_passed_says_what_it_rests_on() -> None:
    found = verdict(ran(output("x = 1\n", [])))
    assert found.status is Status.PASSED
    assert found.tool == "semgrep-core 1.182.0"
    assert found.evidence["rules"] == len(PACK.rules)
    assert found.evidence["rule_digest"] == PACK.digest
    assert found.evidence["files"] == ["solution.py"]
    assert found.evidence["isolation"] == "scripted"


def test_a_finding_says_all_that_its_rule_says() -> None:
    found = verdict(ran(output("x = 1\n", [("python.sql-injection", 1)])))
    assert found.status is Status.FAILED
    assert "python.sql-injection at solution.py:1" in found.summary
    (finding,) = found.findings
    assert (finding.cwe, finding.owasp, finding.severity) == ("CWE-89", "A03:2021", Severity.HIGH)
    assert finding.location is not None
    assert finding.location.path == "solution.py"
    assert "placeholder" in finding.fix


def test_the_policy_decides_what_blocks() -> None:
    result = ran(output("x = 1\n", [("python.pseudo-random", 1), ("python.all-interfaces", 1)]))
    advisory = verdict(result)
    assert advisory.status is Status.PASSED
    assert [finding.rule for finding in advisory.findings] == [
        "python.all-interfaces",
        "python.pseudo-random",
    ]
    assert verdict(result, policy=Policy(block_severity=Severity.LOW)).status is Status.FAILED


def test_one_rule_on_one_line_is_one_finding() -> None:
    found = verdict(ran(output("x = 1\n", [("python.sql-injection", 1)] * 3)))
    assert len(found.findings) == 1


def test_thousands_of_findings_are_counted_but_not_listed() -> None:
    found = verdict(ran(output("x = 1\n", [("python.code-injection", line) for line in range(1, 4001)])))
    assert found.status is Status.FAILED
    assert len(found.findings) == MAX_LISTED
    assert found.evidence["findings_total"] == 4000


def test_a_partial_scan_is_incomplete_and_a_finding_in_it_still_blocks() -> None:
    error = {"error_type": "Timeout", "message": "", "location": {"path": "src/0"}, "rule_id": "python.x"}
    cut = verdict(ran(output("x = 1\n", [], [error])))
    assert cut.status is Status.INCOMPLETE
    assert cut.evidence["not_scanned"] == [
        {"file": "solution.py", "reason": "a rule ran out of time (python.x)"}
    ]
    blocked = verdict(ran(output("x = 1\n", [("python.code-injection", 1)], [error])))
    assert blocked.status is Status.FAILED


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (ExecResult(exit_code=None, timed_out=True), "the scan ran out of time"),
        (ExecResult(exit_code=152), "the scan ran out of time"),
        (ExecResult(exit_code=137, out_of_memory=True), "the scan ran out of memory"),
        (ExecResult(exit_code=0, stdout=b"{", truncated=True), "the scan's output was too long"),
    ],
)
def test_a_scan_that_was_cut_off_is_incomplete(result: ExecResult, reason: str) -> None:
    found = verdict(result)
    assert found.status is Status.INCOMPLETE
    assert found.evidence["not_scanned"] == [{"file": "solution.py", "reason": reason}]


@pytest.mark.parametrize("code", [1, 2, 127, 134, 139])
def test_a_crash_is_a_broken_tool_even_if_it_printed_a_clean_result(code: int) -> None:
    with pytest.raises(ToolFailed, match=f"exit code {code}"):
        verdict(ExecResult(exit_code=code, stdout=output("x = 1\n", []), stderr=b"boom"))


def test_files_go_in_under_names_of_ours() -> None:
    sandbox = ScriptedSandbox([ran(output("x = 1\n", []))])
    task = CodingTask(instruction="Write it.")
    odd = SourceFile(path="rules.json -rules x '$(id)' é.py", content="x = 1\n")
    found = SemgrepVerifier(sandbox).verify(task, Candidate(files=(odd,)), 10.0)
    (job,) = sandbox.jobs
    assert set(job.files) == {"src/0", "rules.json", "targets.json", "authority.pem"}
    assert not [word for word in job.argv if "$(id)" in word]
    assert found.evidence["files"] == [odd.path]


def test_code_of_a_language_without_rules_is_never_clean() -> None:
    task = CodingTask(instruction="Write it.")
    shell = SourceFile(path="run.pl", content="system $ARGV[0];\n")
    python = SourceFile(path="solution.py", content="x = 1\n")
    notes = SourceFile(path="notes.md", content="# Notes\n")
    alone = SemgrepVerifier(ScriptedSandbox([])).verify(task, Candidate(files=(shell,)), 10.0)
    assert alone.status is Status.INCOMPLETE
    result = ran(output("x = 1\n", []))
    beside = SemgrepVerifier(ScriptedSandbox([result])).verify(task, Candidate(files=(python, shell)), 10.0)
    assert beside.status is Status.INCOMPLETE
    assert "run.pl" in beside.summary
    data = SemgrepVerifier(ScriptedSandbox([result])).verify(task, Candidate(files=(python, notes)), 10.0)
    assert data.status is Status.PASSED
    assert data.evidence["data_files"] == ["notes.md"]


def test_it_applies_to_the_languages_that_have_rules() -> None:
    verifier = SemgrepVerifier(ScriptedSandbox([]))
    for language in Language:
        assert verifier.applies_to(CodingTask(instruction="Write it.", language=language))
