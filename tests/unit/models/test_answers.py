from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.answers import MAX_SAMPLE_CHARS, NonsenseAnswer, error_text, one_line, parse_chat, parse_models


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(choices=ANYTHING, usage=ANYTHING, model=ANYTHING, message=ANYTHING, reason=ANYTHING)
def test_any_json_is_an_answer_or_nonsense(
    choices: object, usage: object, model: object, message: object, reason: object
) -> None:
    for value in (
        choices,
        [{"message": message, "finish_reason": reason}],
        [{"message": {"content": message}}],
    ):
        try:
            answer = parse_chat(body(choices=value, usage=usage, model=model), 10)
        except NonsenseAnswer:
            continue
        assert answer.samples
        assert answer.usage.total >= 0


@given(st.binary(max_size=64))
def test_any_bytes_are_an_answer_or_nonsense(payload: bytes) -> None:
    with pytest.raises(NonsenseAnswer):
        parse_chat(payload, 0)
    error_text(payload)


def test_a_number_too_long_to_read_is_nonsense() -> None:
    with pytest.raises(NonsenseAnswer):
        parse_chat(b'{"choices": ' + b"9" * 10_000 + b"}", 0)


def test_a_missing_reason_is_a_stop() -> None:
    answer = parse_chat(body(choices=[{"message": {"content": "x"}, "finish_reason": None}]), 0)
    assert answer.samples[0].finish_reason == "stop"


def test_text_at_the_cap_is_kept_whole() -> None:
    text = "x" * MAX_SAMPLE_CHARS
    answer = parse_chat(body(choices=[{"message": {"content": text}, "finish_reason": "stop"}]), 0)
    assert answer.samples[0].text == text
    assert answer.samples[0].finish_reason == "stop"


def test_names_come_without_escape_codes_and_short() -> None:
    names = parse_models(
        body(data=[{"id": "a\x1b[31m\nb"}, {"id": 7}, {"no": "id"}, "text", {"id": "x" * 999}])
    )
    assert names[0] == "a [31m b"
    assert len(names[1]) == 200
    assert len(names) == 2


@pytest.mark.parametrize("payload", [b"{}", b"[]", b'{"data": 3}'])
def test_a_list_of_models_that_is_none_is_nonsense(payload: bytes) -> None:
    with pytest.raises(NonsenseAnswer):
        parse_models(payload)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"error": {"message": "too long"}}, "too long"),
        ({"error": "too long"}, "too long"),
        ({"message": "too long"}, "too long"),
        ({"detail": "too long"}, "too long"),
        ({"error": {"code": 3}}, ""),
    ],
)
def test_what_a_server_says_is_found(error: dict[str, object], text: str) -> None:
    assert error_text(json.dumps(error).encode()) == text


def test_one_line_is_one_short_line() -> None:
    assert one_line("a\r\n\tb \x1b[0m c", 50) == "a b [0m c"
    assert one_line("x" * 100, 10) == "xxxxxxx..."
