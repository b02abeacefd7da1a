"""What a pair teaches: its differences, by weight and sign."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from models.adversarial.objective import SecurityObjective, Terms
from models.chat import Message
from models.data.rows import Origin, PreferenceRow, TrainingRow

PROMPT = (Message(role="user", content="Write f."),)


def pair(chosen: str, rejected: str) -> PreferenceRow:
    return PreferenceRow(
        prompt=PROMPT,
        chosen=(Message(role="assistant", content=chosen),),
        rejected=(Message(role="assistant", content=rejected),),
        origin=Origin(source="test"),
    )


def test_both_sides_are_learnt_where_they_differ() -> None:
    terms = Terms(secure=1.0, insecure=0.5, kept=0.1, rarest=100.0)
    secure, insecure = SecurityObjective(terms).lessons(pair("return safe(text)", "return eval(text)"))
    assert (secure.sign, insecure.sign) == (1, -1)
    assert secure.emphasis[0][2] == 0.1
    assert insecure.emphasis[0][2] == 0.0
    begin, end, factor = insecure.emphasis[1]
    assert insecure.completion[begin:end] == "eval"
    assert factor == pytest.approx(0.5 * len("return eval(text)") / len("eval"))


def test_the_end_of_a_rejected_turn_is_not_made_unlikely() -> None:
    *_, insecure = SecurityObjective(Terms()).lessons(pair("return safe(text)", "return eval(text)"))
    _, end, factor = insecure.emphasis[0]
    assert end > len(insecure.completion) + 20
    assert factor == 0


def test_rare_changes_weigh_more_up_to_a_limit() -> None:
    long = "x = 1\n" * 100
    secure, _ = SecurityObjective(Terms(rarest=8)).lessons(pair(long + "safe", long + "eval"))
    assert secure.emphasis[1][2] == 8


def test_a_pair_that_differs_everywhere_teaches_its_chosen_answer_alone() -> None:
    lessons = SecurityObjective(Terms(secure=2.0)).lessons(
        pair("I cannot do that.", "```python\nimport os\n```")
    )
    assert [(lesson.sign, lesson.weight, lesson.emphasis) for lesson in lessons] == [(1, 2.0, ())]


def test_what_was_only_put_in_makes_nothing_unlikely() -> None:
    lessons = SecurityObjective(Terms()).lessons(pair("a b c d check e f", "a b c d e f"))
    assert [lesson.sign for lesson in lessons] == [1]


def test_utility_rows_have_their_own_weight() -> None:
    row = TrainingRow(
        prompt=PROMPT,
        completion=(Message(role="assistant", content="x"),),
        origin=Origin(source="test"),
        weight=2.0,
    )
    (lesson,) = SecurityObjective(Terms(utility=0.5)).lessons(row)
    assert lesson.weight == 1.0


def test_terms_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValidationError, match="kept must be less"):
        Terms(kept=1.0, kl=0.1)
    assert Terms(kept=1.0, kl=0).kept == 1.0
