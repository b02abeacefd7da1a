"""The gate accepts only positive evidence."""

from __future__ import annotations

from datetime import date

import pytest

from verifiers.domain import (
    Confirmation,
    Finding,
    Language,
    Location,
    Policy,
    Severity,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.policy import Decision, blocks, covers, misnamed
from verifiers.policy import decide as decide_for
from verifiers.policy_values import Incomplete, LanguageRules, Suppression
from verifiers.reports.normalise import normalised

TODAY = date(2027, 1, 15)
CODE = "import os\n\nos.system(name)\n"


def decide(policy: Policy, required: list[str], verdicts: list[Verdict]) -> Decision:
    return decide_for(policy, required, verdicts, language=Language.PYTHON, today=TODAY)


def verdict(status: Status, verifier: str = "tests") -> Verdict:
    return Verdict(verifier=verifier, status=status, summary="said so")


def test_accepts_when_every_required_verifier_passed() -> None:
    decision = decide(Policy(), ["tests", "scan"], [verdict(Status.PASSED), verdict(Status.PASSED, "scan")])
    assert decision.accepted
    assert "tests, scan" in decision.reason


@pytest.mark.parametrize("status", [Status.FAILED, Status.INCOMPLETE, Status.ERROR])
def test_anything_but_passed_blocks(status: Status) -> None:
    decision = decide(Policy(), ["tests", "scan"], [verdict(Status.PASSED), verdict(status, "scan")])
    assert not decision.accepted
    assert [blocking.verifier for blocking in decision.blocking] == ["scan"]
    assert decision.undecided is (status is not Status.FAILED)


def test_a_missing_verdict_is_not_clean() -> None:
    decision = decide(Policy(), ["tests", "scan"], [verdict(Status.PASSED)])
    assert not decision.accepted
    assert decision.missing == ("scan",)


def test_no_verifier_at_all_is_not_clean() -> None:
    assert not decide(Policy(), [], []).accepted
    assert not decide(Policy(), [], [verdict(Status.PASSED)]).accepted


def test_a_verdict_nobody_asked_for_blocks_too() -> None:
    decision = decide(Policy(), ["tests"], [verdict(Status.PASSED), verdict(Status.FAILED, "extra")])
    assert not decision.accepted


def test_policy_require_adds_a_verifier() -> None:
    assert decide(Policy(require=("mythril",)), ["tests"], [verdict(Status.PASSED)]).missing == ("mythril",)


def test_waive_accepts_incomplete_and_says_so_but_never_failed_or_error() -> None:
    policy = Policy(waive=("scan",))
    ok = verdict(Status.PASSED)
    waived = decide(policy, ["tests", "scan"], [ok, verdict(Status.INCOMPLETE, "scan")])
    assert waived.accepted
    assert waived.waived == ("scan",)
    assert "waived" in waived.reason
    for status in (Status.FAILED, Status.ERROR):
        assert not decide(policy, ["tests", "scan"], [ok, verdict(status, "scan")]).accepted


def test_waiving_everything_accepts_nothing() -> None:
    assert not decide(Policy(waive=("scan",)), ["scan"], [verdict(Status.INCOMPLETE, "scan")]).accepted


def test_one_failure_among_two_verdicts_of_the_same_verifier_blocks() -> None:
    assert not decide(Policy(), ["tests"], [verdict(Status.PASSED), verdict(Status.FAILED)]).accepted


def found(rule: str = "shell", path: str = "app.py", line: int = 3, **more: object) -> Finding:
    fields = {"severity": Severity.HIGH, "message": "m", "cwe": "CWE-78", **more}
    return Finding(rule=rule, location=Location(path=path, line=line), **fields)


def scan(*findings: Finding, apart: Status = Status.PASSED) -> Verdict:
    failed = Verdict(
        verifier="scan",
        status=Status.FAILED,
        summary="found",
        findings=findings,
        apart_from_findings=apart,
    )
    return normalised(failed, [SourceFile(path="app.py", content=CODE)])


def suppression(**fields: object) -> Suppression:
    return Suppression(**{"reason": "looked at", "expires": date(2027, 6, 30), **fields})


def accepts(policy: Policy, verdict: Verdict) -> bool:
    return decide(
        policy, ["tests", "scan"], [Verdict(verifier="tests", status=Status.PASSED, summary=""), verdict]
    ).accepted


def test_a_suppressed_finding_does_not_block_and_the_decision_says_so() -> None:
    policy = Policy(suppressions=(suppression(rule="shell"),))
    decision = decide(policy, ["scan", "tests"], [verdict(Status.PASSED), scan(found())])
    assert decision.accepted
    assert [item.finding.rule for item in decision.suppressed] == ["shell"]
    assert "suppressed: shell until 2027-06-30" in decision.reason


@pytest.mark.parametrize(
    "other",
    [
        suppression(rule="other"),
        suppression(rule="shell", path="tests/**"),
        suppression(rule="shell", expires=date(2027, 1, 14)),
        suppression(fingerprint="0" * 16),
    ],
    ids=["another rule", "another path", "expired yesterday", "another fingerprint"],
)
def test_a_suppression_of_something_else_lifts_nothing(other: Suppression) -> None:
    assert not accepts(Policy(suppressions=(other,)), scan(found()))


def test_a_suppression_counts_on_its_last_day() -> None:
    assert accepts(Policy(suppressions=(suppression(rule="shell", expires=TODAY),)), scan(found()))


def test_an_expired_suppression_is_named() -> None:
    old = suppression(rule="shell", expires=date(2026, 12, 31))
    decision = decide(Policy(suppressions=(old,)), ["scan"], [scan(found())])
    assert "expired on 2026-12-31" in decision.reason
    assert decision.expired == (old,)


def test_all_blocking_findings_have_to_be_suppressed() -> None:
    policy = Policy(suppressions=(suppression(rule="shell"),))
    assert not accepts(policy, scan(found(), found(rule="eval", cwe="CWE-95")))


def test_a_fingerprint_follows_its_line_and_not_its_number() -> None:
    (finding,) = scan(found()).findings
    policy = Policy(suppressions=(suppression(fingerprint=finding.fingerprint),))
    moved = Verdict(
        verifier="scan",
        status=Status.FAILED,
        summary="",
        findings=(found(line=5),),
        apart_from_findings=Status.PASSED,
    )
    same = normalised(moved, [SourceFile(path="app.py", content="# a\n# b\n" + CODE)])
    assert accepts(policy, same)
    other = normalised(moved, [SourceFile(path="app.py", content="# a\n# b\n\n\nos.system(other)\n")])
    assert not accepts(policy, other)


@pytest.mark.parametrize(
    ("path", "before"),
    [
        ("app.py", "# \u2028\n"),
        ("app.py", "# \x85\n"),
        ("app.py", "# \r#\n"),
        ("app.js", "// \u2028\n"),
        ("app.js", "// \r#\n"),
        ("App.java", "// \\uu000a\n"),
        ("app.sol", "// \x0c\n"),
        ("app.c", "#line 1\n"),
        ("app.c", "%: /**/ line 1\n"),
        ("app.c", "#li\\\nne 1\n"),
        ("app.c", "??= 1\n"),
    ],
)
@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
def test_no_spelling_of_a_line_end_leads_a_suppression_to_other_words(
    path: str, before: str, shift: int
) -> None:
    """Whatever number a tool gives to the bad line, the words that were reviewed do not answer for it."""

    def scanned(content: str, line: int) -> Verdict:
        place = Location(path=path, line=line)
        finding = Finding(rule="shell", message="m", severity=Severity.HIGH, cwe="CWE-78", location=place)
        made = Verdict(
            verifier="scan",
            status=Status.FAILED,
            summary="",
            findings=(finding,),
            apart_from_findings=Status.PASSED,
        )
        return normalised(made, [SourceFile(path=path, content=content)])

    (finding,) = scanned("run(constant)\n", 1).findings
    policy = Policy(suppressions=(suppression(fingerprint=finding.fingerprint),))
    assert accepts(policy, scanned("first\nrun(constant)\n", 2))
    bad = f"{before}run(constant)\nrun(anything)\n"
    assert not accepts(policy, scanned(bad, max(1, bad.count("\n") + shift)))


def test_a_form_feed_ends_no_line() -> None:
    (finding,) = scan(found()).findings
    policy = Policy(suppressions=(suppression(fingerprint=finding.fingerprint),))
    failed = Verdict(
        verifier="scan",
        status=Status.FAILED,
        summary="",
        findings=(found(),),
        apart_from_findings=Status.PASSED,
    )
    same = SourceFile(path="app.py", content=f"# \f{CODE}")
    assert accepts(policy, normalised(failed, [same]))
    other = SourceFile(path="app.py", content="# \f\nos.system(name)\nos.system(other)\n")
    assert not accepts(policy, normalised(failed, [other]))


def test_where_lines_cannot_be_counted_a_suppression_holds_for_that_very_code() -> None:
    odd = SourceFile(path="app.py", content="# \u2028\n\nos.system(name)\n")
    failed = Verdict(
        verifier="scan",
        status=Status.FAILED,
        summary="",
        findings=(found(),),
        apart_from_findings=Status.PASSED,
    )
    (finding,) = normalised(failed, [odd]).findings
    policy = Policy(suppressions=(suppression(fingerprint=finding.fingerprint),))
    assert accepts(policy, normalised(failed, [odd]))
    edited = odd.model_copy(update={"content": f"{odd.content}# more\n"})
    assert not accepts(policy, normalised(failed, [edited]))


def test_a_finding_without_an_anchor_cannot_be_suppressed_by_fingerprint() -> None:
    bare = Finding(rule="shell", message="m", severity=Severity.HIGH)
    policy = Policy(suppressions=(suppression(fingerprint=bare.fingerprint),))
    assert not accepts(policy, scan(bare))


def test_what_was_not_looked_at_stays_incomplete_behind_a_suppression() -> None:
    policy = Policy(suppressions=(suppression(rule="shell"),))
    assert not accepts(policy, scan(found(), apart=Status.INCOMPLETE))
    assert not accepts(policy, scan(found(), apart=Status.FAILED))


def test_a_language_has_its_own_rules() -> None:
    rules = LanguageRules(require=("bandit",), block_severity=Severity.CRITICAL)
    policy = Policy(languages={Language.PYTHON: rules})
    assert decide(policy, ["tests"], [verdict(Status.PASSED)]).missing == ("bandit",)
    go = decide_for(policy, ["tests"], [verdict(Status.PASSED)], language=Language.GO)
    assert go.accepted


def test_incomplete_can_mean_that_a_person_is_asked_at_once() -> None:
    for meaning, review in ((Incomplete.BLOCK, False), (Incomplete.REVIEW, True)):
        decision = decide(Policy(incomplete=meaning), ["tests"], [verdict(Status.INCOMPLETE)])
        assert (decision.accepted, decision.review) == (False, review)


def test_an_unknown_verifier_is_found_wherever_it_is_named() -> None:
    policy = Policy(require=("tests", "nope"), languages={Language.GO: LanguageRules(waive=("gosec",))})
    assert misnamed(policy, {"tests"}) == (("require.1", "nope"), ("languages.go.waive.0", "gosec"))


@pytest.mark.parametrize(
    ("confirmation", "block_unconfirmed", "expected"),
    [
        (None, False, True),
        (Confirmation.CONFIRMED, False, True),
        (Confirmation.REFUTED, True, False),
        (Confirmation.UNCONFIRMED, True, True),
        (Confirmation.UNCONFIRMED, False, False),
    ],
)
def test_what_an_attack_showed_decides(
    confirmation: Confirmation | None, block_unconfirmed: bool, expected: bool
) -> None:
    policy = Policy(block_unconfirmed=block_unconfirmed)
    assert blocks(policy, found(confirmation=confirmation)) is expected


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("*.py", "app.py", True),
        ("*.py", "src/app.py", False),
        ("**/*.py", "src/deep/app.py", True),
        ("**/*.py", "app.py", True),
        ("src/**", "src/a/b", True),
        ("src/**", "lib/a", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/y", False),
    ],
)
def test_globs(glob: str, path: str, expected: bool) -> None:
    assert covers(glob, path) is expected


def test_a_hostile_glob_takes_no_time() -> None:
    assert not covers("/".join(["**", "a*a*a*"] * 20), "/".join(["a" * 12] * 20) + "/b")
