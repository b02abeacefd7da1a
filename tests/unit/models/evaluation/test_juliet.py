from __future__ import annotations

from pathlib import Path

import pytest

from models.evaluation.juliet import ANY, UNDECIDED, Flags, flags_of, rates_of, read_cases, spans_of
from models.examining import Judged
from tests.unit.models.evaluation.juliet_tree import plant
from verifiers.domain import (
    Attempt,
    Candidate,
    Finding,
    Language,
    Location,
    Severity,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.errors import InvalidInput


def test_cases_are_read_by_cwe_and_nothing_else_is(tmp_path: Path) -> None:
    cases = read_cases(plant(tmp_path))
    assert [(case.cwe, case.name[-2:], case.language) for case in cases] == [
        ("CWE-78", "01", Language.JAVA),
        ("CWE-120", "01", Language.C),
        ("CWE-120", "02", Language.C),
    ]
    assert [case.cwe for case in read_cases(tmp_path, frozenset(["CWE-78"]))] == ["CWE-78"]
    assert len(read_cases(tmp_path, per_cwe=1)) == 2
    with pytest.raises(InvalidInput, match="no test case of Juliet of CWE-999"):
        read_cases(tmp_path, frozenset(["CWE-999"]))


def test_files_with_letters_are_one_case_and_links_are_not_followed(tmp_path: Path) -> None:
    for part in ("a", "b"):
        (tmp_path / f"CWE89_SQL__x_51{part}.java").write_text("class A { void bad() { } }")
    (tmp_path / "CWE89_SQL__x_52a.java").symlink_to("/etc/passwd")
    (case,) = read_cases(tmp_path)
    assert [name for name, _ in case.files] == ["CWE89_SQL__x_51a.java", "CWE89_SQL__x_51b.java"]


def test_the_good_files_of_a_case_belong_to_it(tmp_path: Path) -> None:
    for part in ("a", "_bad", "_goodG2B", "_goodB2G"):
        (tmp_path / f"CWE121_Overflow__x_81{part}.cpp").write_text("int x;")
    (case,) = read_cases(tmp_path)
    assert len(case.files) == 4


@pytest.mark.parametrize("name", ["78", "cwe-78", "CWE78", "CWE-078"])
def test_a_cwe_may_be_written_as_people_do(tmp_path: Path, name: str) -> None:
    assert [case.cwe for case in read_cases(plant(tmp_path), frozenset([name]))] == ["CWE-78"]
    with pytest.raises(InvalidInput, match="'SQL' is no CWE") as caught:
        read_cases(tmp_path, frozenset(["SQL"]))
    assert caught.value.field == "cwe"


def test_what_no_file_may_hold_is_left_out_and_lines_stay(tmp_path: Path) -> None:
    (tmp_path / "CWE89_SQL__x_01.c").write_bytes(b"int a;\x00\x1b\n\x0cint b;\r\n")
    assert read_cases(tmp_path)[0].files[0][1] == "int a;\n\x0cint b;\n"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> str:
        raise PermissionError(13, "Permission denied")

    root = plant(tmp_path)
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(InvalidInput, match=r"_exec_01\.java cannot be read"):
        read_cases(root, frozenset(["CWE-78"]))


def test_a_scanner_that_could_not_look_is_told_and_not_counted_as_silent(tmp_path: Path) -> None:
    cases = read_cases(plant(tmp_path))
    silent = Verdict(verifier="scan", status=Status.ERROR, summary="It crashed.")
    attempt = judged(finding(1)).attempt.model_copy(update={"verdicts": (silent,)})
    open_one = flags_of(cases[1], judged(finding(1)).model_copy(update={"attempt": attempt}))
    assert open_one["scan"].undecided
    assert open_one[ANY].undecided
    flags = [{"scan": Flags(bad=True), ANY: Flags(bad=True)}, open_one, UNDECIDED]
    rates = rates_of(cases, flags)
    assert (rates["scan"]["all"].cases, rates["scan"]["all"].undecided) == (1, 2)
    assert rates["scan"]["all"].found is not None
    assert rates["scan"]["all"].found.value == 1.0
    assert (rates["scan"]["CWE-120"].found, rates["scan"]["CWE-120"].undecided) == (None, 2)


def test_bad_and_good_functions_are_told_by_their_names() -> None:
    text = "void x_bad() {\n}\nint other() {\n}\nstatic void goodB2G() {\n int bad;\n}\n"
    text += "char *badSource()\n{\n}\n"
    found = [(span.bad, span.first, span.last) for span in spans_of("CWE1_x_01.c", text, Language.C)]
    assert found == [(True, 1, 2), (False, 5, 7), (True, 8, 10)]


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("CWE1_x_81_bad.cpp", True),
        ("CWE1_x_81_good1.cpp", False),
        ("CWE1_x_81_goodG2B.cpp", False),
        ("CWE1_x_82_goodB2G.java", False),
    ],
)
def test_whole_files_are_bad_or_good(name: str, bad: bool) -> None:
    (span,) = spans_of(name, "a\nb\n", Language.CPP)
    assert (span.bad, span.first, span.last) == (bad, 1, 3)


def judged(*findings: Finding) -> Judged:
    verdict = Verdict(verifier="scan", status=Status.FAILED, summary="-", findings=findings)
    other = Verdict(verifier="silent", status=Status.PASSED, summary="-")
    files = (SourceFile(path="a.c", content="x"),)
    attempt = Attempt(number=1, candidate=Candidate(files=files), verdicts=(verdict, other))
    return Judged(attempt=attempt, passed=None, clean=False, accepted=False)


def finding(line: int, cwe: str = "CWE-120", severity: Severity = Severity.HIGH, path: str = "") -> Finding:
    where = Location(path=path or "CWE120_Buffer_Copy__strcpy_01.c", line=line)
    return Finding(rule="r", message="m", severity=severity, cwe=cwe, location=where)


def test_only_findings_of_the_cases_weakness_count_and_by_their_place(tmp_path: Path) -> None:
    case = read_cases(plant(tmp_path), frozenset(["CWE-120"]))[0]
    bad, good = (
        next(s.first for s in spans_of(*case.files[0], case.language) if s.bad is b) for b in (True, False)
    )
    assert flags_of(case, judged(finding(bad + 4)))["scan"] == Flags(bad=True, good=False)
    assert flags_of(case, judged(finding(good + 4)))["scan"] == Flags(bad=False, good=True)
    nothing = (
        finding(bad + 4, cwe="CWE-78"),
        finding(bad + 4, severity=Severity.LOW),
        finding(2),
        finding(bad + 4, path="other.c"),
    )
    flags = flags_of(case, judged(*nothing))
    assert flags["scan"] == flags[ANY] == Flags()


def test_rates_are_shares_of_cases_and_silent_scanners_are_left_out(tmp_path: Path) -> None:
    cases = read_cases(plant(tmp_path))
    flags = [
        {"scan": Flags(bad=True), "silent": Flags(), ANY: Flags(bad=True)},
        {"scan": Flags(bad=True), "silent": Flags(), ANY: Flags(bad=True)},
        {"scan": Flags(good=True), "silent": Flags(), ANY: Flags(good=True)},
    ]
    rates = rates_of(cases, flags)
    assert set(rates) == {"scan", ANY}
    found, alarms = rates["scan"]["all"].found, rates["scan"]["all"].alarms
    assert found is not None
    assert alarms is not None
    assert (found.value, alarms.value) == pytest.approx((2 / 3, 1 / 3))
    of_one = rates["scan"]["CWE-120"].found
    assert of_one is not None
    assert of_one.value == pytest.approx(0.5)
    assert rates["scan"]["CWE-78"].cases == 1
