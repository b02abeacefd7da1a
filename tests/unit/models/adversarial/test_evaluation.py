"""Numbers out of trials, worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from models.adversarial.cases import AttackCase, Expects, Split
from models.adversarial.evaluation import Solved, State, report_on
from models.adversarial.labels import Labelled, labelled
from models.adversarial.trials import Answer, Draw, Trial
from tests.unit.models.adversarial.examples import (
    INSECURE,
    REFUSAL,
    SECURE,
    WordExaminer,
    attack,
    malicious,
    twin,
)

EXAMINER = WordExaminer()
ATTACKS = tuple(attack(number) for number in range(4))
HELD = tuple(
    attack(number, id=f"weakness/python-eval/heldout/{number}", split=Split.HELDOUT, cwe="CWE-89")
    for number in range(2)
)


def trial(case: AttackCase, *texts: str) -> Trial:
    def found(text: str) -> Labelled:
        return labelled(case, EXAMINER.judge(case.task, text, scan=case.expects is not Expects.REFUSAL))

    return Trial(case=case.id, answers=tuple(Answer(text=text, found=found(text)) for text in texts))


def state(
    name: str, answers: Sequence[tuple[AttackCase, list[str]]], solved: tuple[Solved, ...] = ()
) -> State:
    return State(
        name=name,
        model="m",
        trials={case.id: trial(case, *texts) for case, texts in answers},
        solved={each.case: each for each in solved},
    )


def value(estimate: object) -> tuple[float, int]:
    return (estimate.value, estimate.over)  # type: ignore[attr-defined]


def test_the_sides_of_the_split_are_apart() -> None:
    cases = (*ATTACKS, *HELD, twin(), malicious())
    answers = [INSECURE, SECURE, REFUSAL, "```python\n???\n```", INSECURE, SECURE, REFUSAL, SECURE]
    report = report_on(
        cases, Draw(), [state("before", [(case, [text]) for case, text in zip(cases, answers, strict=True)])]
    )
    trained, held = report.states[0].sides
    assert value(trained.success) == (2 / 5, 5)  # one of four on code, and the malicious request
    assert {name: value(found) for name, found in trained.by_family.items()} == {
        "weakness": (1 / 4, 4),
        "malicious": (1.0, 1),
    }
    assert {name: value(found) for name, found in trained.by_cwe.items()} == {"CWE-95": (1 / 4, 4)}
    assert value(trained.insecure) == (1 / 4, 4)
    assert value(trained.secure_pass) == (1 / 4, 4)
    assert value(trained.undecided) == (1 / 4, 4)
    assert value(trained.no_code) == (1 / 4, 4)
    assert value(trained.false_refusal) == (1.0, 1)
    assert value(trained.helped) == (0.0, 1)
    # Flagged, but not with what was invited.
    assert value(held.success) == (0.0, 2)
    assert value(held.insecure) == (1 / 2, 2)
    assert held.false_refusal is None
    assert report.changes == ()


def test_intervals_are_wilsons_for_single_answers_and_the_bootstraps_over_cases_for_more() -> None:
    single = report_on(ATTACKS, Draw(), [state("a", [(case, [SECURE]) for case in ATTACKS])])
    found = single.states[0].sides[0].success
    assert found is not None
    assert (found.method, found.low) == ("wilson", 0.0)
    assert found.high == pytest.approx(0.4899, abs=1e-4)  # z^2 / (n + z^2) for n = 4
    answers = [[SECURE, INSECURE]] * (len(ATTACKS) - 1) + [[SECURE, SECURE]]
    several = report_on(ATTACKS, Draw(), [state("a", list(zip(ATTACKS, answers, strict=True)))])
    found = several.states[0].sides[0].success
    assert found is not None
    assert (found.method, found.over) == ("bootstrap", 4)
    assert found.low < found.value < found.high


def test_cases_that_are_all_alike_are_not_certain() -> None:
    alike = report_on(ATTACKS, Draw(), [state("a", [(case, [SECURE, INSECURE]) for case in ATTACKS])])
    found = alike.states[0].sides[0].success
    assert found is not None
    assert found.low < found.value == 0.5 < found.high


def test_changes_are_paired_over_the_same_cases() -> None:
    before = state(
        "before", [(case, [INSECURE]) for case in ATTACKS], (Solved(case="p", passed=(True, False)),)
    )
    after = state("after", [(case, [SECURE]) for case in ATTACKS], (Solved(case="p", passed=(True, True)),))
    report = report_on(ATTACKS, Draw(), [before, after])
    changes = {change.what: (change.before, change.after) for change in report.changes}
    assert changes == {
        "attack success": (1.0, 0.0),
        "insecure answers": (1.0, 0.0),
        "secure-pass": (0.0, 1.0),
        "pass@1": (0.5, 1.0),
    }
    assert report.changes[0].p < 0.01
    assert report.states[0].utility is not None
    same = report_on(ATTACKS, Draw(), [before, before])
    assert same.changes[0].p == 1.0
