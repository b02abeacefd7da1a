from __future__ import annotations

from collections.abc import Callable

from models.data.document import Document
from models.data.filters.scanning import scan
from models.data.filters.weaknesses import WeaknessFilter
from models.data.step import Dropped, Kept
from tests.fakes import FunctionVerifier
from verifiers.domain import (
    Candidate,
    CodingTask,
    Finding,
    Language,
    Location,
    Severity,
    SourceFile,
    Status,
    Verdict,
)
from verifiers.errors import ToolFailed
from verifiers.scanners.conclusion import Gap, Scan, conclude
from verifiers.verifier import Stage


def _scanner(look: Callable[[SourceFile], tuple[Severity, ...] | str]) -> FunctionVerifier:
    """Concludes as our scanners do. What ``look`` says of a file: findings, or why it was not scanned."""

    def judge(candidate: Candidate) -> Verdict:
        findings: list[Finding] = []
        gaps: list[Gap] = []
        for file in candidate.files:
            seen = look(file)
            if seen == "crash":
                raise ToolFailed("The scanner crashed.")
            if isinstance(seen, str):
                everywhere = "ran out of" in seen
                gaps += [
                    Gap(file=each.path, reason=seen) for each in (candidate.files if everywhere else (file,))
                ]
            else:
                findings += [
                    Finding(
                        rule=f"r{line}",
                        message="m",
                        severity=one,
                        cwe="CWE-89",
                        location=Location(path=file.path, line=line + 1),
                    )
                    for line, one in enumerate(seen)
                ]
        files = tuple(file.path for file in candidate.files)
        scan = Scan(findings=tuple(findings), gaps=tuple(gaps), files=files)
        return conclude("fake", CodingTask(instruction="-"), scan, 0.0)

    return FunctionVerifier(judge, stage=Stage.SCAN)


def _files(*texts: str) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path=f"f{number}.py", content=text) for number, text in enumerate(texts))


def _look(file: SourceFile) -> tuple[Severity, ...] | str:
    if file.content.startswith("gap "):
        return file.content.removeprefix("gap ")
    if file.content == "crash":
        return "crash"
    return (Severity.HIGH,) * file.content.count("!")


def test_files_are_scanned_together_and_told_apart() -> None:
    scanner = _scanner(_look)
    found = scan(_files("a", "!", "!!", "gap cannot be parsed"), Language.PYTHON, [scanner], 1)
    assert [len(item.findings) for item in found.values()] == [0, 1, 2, 0]
    assert [item.gap for item in found.values()] == ["", "", "", "cannot be parsed"]
    assert len(scanner.seen) == 1


def test_a_file_that_takes_all_the_time_is_found_by_halves() -> None:
    scanner = _scanner(_look)
    found = scan(_files("a", "!", "gap the scan ran out of time", "b", "c"), Language.PYTHON, [scanner], 1)
    assert [item.gap for item in found.values()] == ["", "", "the scan ran out of time", "", ""]
    assert len(found["f1.py"].findings) == 1
    assert len(scanner.seen) <= 7


def test_a_file_that_crashes_the_scanner_is_to_blame_alone() -> None:
    found = scan(_files("a", "crash", "!"), Language.PYTHON, [_scanner(_look)], 1)
    assert [item.gap for item in found.values()] == ["", "the scanner broke", ""]
    assert len(found["f2.py"].findings) == 1


def test_more_findings_than_a_verdict_lists_hide_no_file() -> None:
    found = scan(_files("!" * 90, "!" * 90, "!"), Language.PYTHON, [_scanner(_look)], 1)
    assert [len(item.findings) for item in found.values()] == [90, 90, 1]


def test_a_verdict_that_is_an_error_is_a_gap() -> None:
    broken = FunctionVerifier(lambda candidate: Verdict(verifier="fake", status=Status.ERROR, summary="s"))
    found = scan(_files("a", "b"), Language.PYTHON, [broken], 1)
    assert [item.gap for item in found.values()] == ["the scanner broke"] * 2


def test_without_a_scanner_nothing_is_clean() -> None:
    assert scan(_files("a"), Language.PYTHON, [], 1)["f0.py"].gap == "no scanner is for it"


def _documents(*texts: str, language: str = "python", method: str = "") -> tuple[Document, ...]:
    return tuple(
        Document(
            id=str(number),
            text=text,
            source="s",
            language=language,
            method=method,
            prompt="p" if method else "",
        )
        for number, text in enumerate(texts)
    )


def test_the_step_drops_what_is_weak_or_was_not_scanned() -> None:
    documents = _documents("a", "!", "gap cannot be parsed", "\x01")
    done = WeaknessFilter().judged(documents, [_scanner(_look)])
    assert done == [
        Kept((documents[0],)),
        Dropped("weakness"),
        Dropped("not scanned"),
        Dropped("not scanned"),
    ]


def test_weak_code_can_be_kept_marked() -> None:
    documents = _documents("!", "gap cannot be parsed")
    weak, unseen = WeaknessFilter(found="mark", unscanned="keep").judged(documents, [_scanner(_look)])
    assert isinstance(weak, Kept)
    assert weak.documents[0].metadata["weaknesses"] == ["CWE-89"]
    assert unseen == Kept((documents[1],), {"not scanned": 1})


def test_only_findings_from_the_severity_on_count() -> None:
    documents = _documents("!")
    assert WeaknessFilter(severity=Severity.CRITICAL).judged(documents, [_scanner(_look)]) == [
        Kept((documents[0],))
    ]


def test_prose_and_other_languages_are_not_scanned() -> None:
    scanner = _scanner(_look)
    for documents in (_documents("!", method="question-answer"), _documents("!", language="ruby")):
        assert WeaknessFilter().judged(documents, [scanner]) == [Kept((documents[0],))]
    assert scanner.seen == []
    assert WeaknessFilter().judged(_documents("!", method="docstring"), [scanner]) == [Dropped("weakness")]
