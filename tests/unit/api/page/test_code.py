from __future__ import annotations

from api.page.attempts import Choice, Progress, view
from api.page.code import MOST_LINES, compared, listings
from api.page.words import now
from tests.integration.page import seeds
from verifiers.domain import (
    Candidate,
    Event,
    Finding,
    Language,
    Location,
    Severity,
    SourceFile,
    Status,
    Verdict,
)
from worker.store.records import JobEvent


def candidate(*contents: str) -> Candidate:
    files = [SourceFile(path=f"f{number}.py", content=text) for number, text in enumerate(contents)]
    return Candidate(files=tuple(files))


def verdict(*findings: Finding) -> Verdict:
    return Verdict(verifier="semgrep", status=Status.FAILED, summary="", findings=findings)


def finding(path: str, line: int, message: str = "bad") -> Finding:
    place = Location(path=path, line=line)
    return Finding(rule=f"r{line}", message=message, severity=Severity.HIGH, location=place)


def test_findings_stand_on_their_lines_and_the_others_apart() -> None:
    found = verdict(finding("f0.py", 2), finding("f0.py", 99), finding("else.py", 1))
    (file,), elsewhere = listings(candidate("a\nb\nc\n"), [found], Language.PYTHON)
    assert [len(line.findings) for line in file.lines] == [0, 1, 0]
    assert [each.finding.rule for each in elsewhere] == ["r99", "r1"]


def test_a_failed_test_stands_where_the_code_raised() -> None:
    message = "KeyError: 'x'\nraised in the candidate: f0.py:3 in f"
    (file,), elsewhere = listings(
        candidate("a\nb\nc\n"), [verdict(finding("test_x.py", 9, message))], Language.PYTHON
    )
    assert [len(line.findings) for line in file.lines] == [0, 0, 1]
    assert elsewhere == ()


def test_lines_are_the_file_s_own_whatever_ends_them_and_however_many() -> None:
    (file,), _ = listings(candidate("a\r\nb\n" + "x\n" * 4_000), [], Language.PYTHON)
    assert [str(line.html) for line in file.lines[:2]] == ["a", "b"]
    assert (len(file.lines), file.left_out) == (MOST_LINES, 4_002 - MOST_LINES)
    assert listings(candidate(""), [], Language.PYTHON)[0][0].lines == ()


def test_no_character_but_the_tools_own_ends_a_line() -> None:
    (file,), _ = listings(candidate("a\u2028b\x85c\rd\x0ce\nsecond\n"), [], Language.PYTHON)
    assert len(file.lines) == 2
    assert not set("\r\u2028") & set(str(file.lines[0].html))


def test_many_files_share_what_is_shown_and_compared() -> None:
    many = candidate(*("x\n" * 1_000 for _ in range(10)))
    files, _ = listings(many, [], Language.PYTHON)
    assert sum(len(file.lines) for file in files) == MOST_LINES
    assert sum(file.left_out for file in files) == 10_000 - MOST_LINES
    other = candidate(*("y\n" * 1_000 for _ in range(10)))
    done = [each.changes is not None for each in compared(many, other, Language.PYTHON)]
    assert done == [True] + [False] * 9


def test_characters_that_turn_others_around_are_seen() -> None:
    (file,), _ = listings(candidate("x = '\u202e'  # \u200b\n"), [], Language.PYTHON)
    assert "\u202e" not in file.lines[0].html
    assert "⟨U+202E⟩" in file.lines[0].html


def test_a_comparison_tells_what_came_and_what_went() -> None:
    old, new = candidate("a\nb\nc\n", "same\n"), candidate("a\nB\nc\n", "same\n", "new\n")
    changed, added = compared(old, new, Language.PYTHON)
    assert changed.changes is not None
    assert [(each.sign, each.old, each.new) for each in changed.changes] == [
        (" ", 1, 1),
        ("-", 2, None),
        ("+", None, 2),
        (" ", 3, 3),
    ]
    assert added.path == "f2.py"
    assert compared(new, new, Language.PYTHON) == ()


def test_what_is_too_long_is_not_compared() -> None:
    (one,) = compared(candidate("a\n" * 2_000), candidate("b\n" * 2_000), Language.PYTHON)
    assert one.changes is None


def event(kind: str, number: int, data: object, sample: int = 1) -> Event:
    assert isinstance(data, dict)
    return Event(kind=kind, attempt=number, sample=sample, data=data)


def told(*events: Event) -> list[JobEvent]:
    return [JobEvent(seq=seq, delivery=1, at=now(), event=each) for seq, each in enumerate(events, start=1)]


def test_attempts_are_put_together_from_events_and_a_second_delivery_adds_nothing() -> None:
    attempt = seeds.FIRST
    candidate_data = attempt.candidate.model_dump(mode="json")
    verdicts = [event("verdict", 1, each.model_dump(mode="json")) for each in attempt.verdicts]
    progress = Progress()
    progress.take(told(event("attempt_started", 1, {}), event("candidate", 1, candidate_data), *verdicts))
    assert progress.attempts == (attempt,)
    progress.take(
        told(event("candidate", 1, candidate_data), *verdicts, event("feedback", 1, {"text": "no"}))
    )
    assert progress.attempts == (attempt.model_copy(update={"feedback": "no"}),)
    progress.take(told(event("verdict", 9, {"nonsense": 1}), event("unheard_of", 1, {})))
    assert (progress.round, len(progress.attempts)) == (1, 1)


def test_the_solution_is_shown_unless_another_attempt_is_chosen() -> None:
    both = (seeds.FIRST, seeds.SECOND)
    end = seeds.outcome("solved", *both)
    assert view(both, end, Language.PYTHON, Choice())["chosen"] == seeds.SECOND
    assert view(both, end, Language.PYTHON, Choice(attempt="1.1"))["chosen"] == seeds.FIRST
    assert view(both, end, Language.PYTHON, Choice(attempt="7.7"))["chosen"] == seeds.SECOND
    assert view((), None, Language.PYTHON, Choice())["chosen"] is None
