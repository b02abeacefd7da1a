"""What two answers differ in."""

from __future__ import annotations

from models.adversarial.changes import changes


def parts(text: str, places: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[begin:end] for begin, end in places]


def test_replaced_words_are_found_on_both_sides() -> None:
    secure, insecure = "return ast.literal_eval(text)", "return eval(text)"
    found = changes(secure, insecure)
    assert parts(secure, found.chosen) == ["ast.literal_eval"]
    assert parts(insecure, found.rejected) == ["eval"]


def test_what_is_only_put_in_has_no_other_side() -> None:
    secure, insecure = "a = 1\nrequire(owner)\nb = 2\n", "a = 1\nb = 2\n"
    found = changes(secure, insecure)
    assert "".join(parts(secure, found.chosen)) == "require(owner)"
    assert found.rejected == ()


def test_share_goes_from_none_to_all() -> None:
    assert changes("same text", "same text").share == 0
    assert changes("one", "two").share == 1
    assert 0 < changes("keep one", "keep two").share < 1
    assert changes("", "").share == 0


def test_very_long_texts_count_as_changed_without_being_compared() -> None:
    found = changes("a " * 5_000, "b " * 5_000)
    assert found.share == 1
    assert found.chosen == ((0, 10_000),)


def test_blanks_alone_are_no_change_that_is_learnt() -> None:
    assert changes("a  b", "a b").chosen == ()


def test_texts_whose_comparison_takes_minutes_count_as_changed() -> None:
    """difflib's time grows with the third power where little but blanks and commas is alike."""
    first, second = (" ".join(f"{side}{number}" for number in range(1_000)) for side in "ab")
    assert changes(first, second).chosen == ((0, len(first)),)
