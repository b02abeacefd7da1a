from __future__ import annotations

import pytest

from models.errors import ModelMissing, ModelUnavailable
from models.failures import (
    FIRST_DELAY_S,
    MAX_DELAY_S,
    MAX_RETRIES,
    Failure,
    delay_s,
    from_status,
    parse_retry_after,
)

URL = "http://host/v1"


def test_delays_grow_and_stay_below_their_cap() -> None:
    longest = [delay_s(retry, None, lambda: 0.999) for retry in range(12)]
    assert longest == sorted(longest)
    assert longest[0] <= FIRST_DELAY_S
    assert longest[-1] <= MAX_DELAY_S


def test_delays_are_drawn_apart() -> None:
    assert delay_s(3, None, lambda: 0.0) < delay_s(3, None, lambda: 0.9)


@pytest.mark.parametrize("draw", [0.0, 0.999])
def test_a_server_is_never_asked_before_it_said(draw: float) -> None:
    assert 30 <= delay_s(0, 30, lambda: draw) < 31


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 60.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Thu, 01 Jan 99999 00:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert parse_retry_after(headers, now=lambda: 40.0) == seconds


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_asked_again(status: int) -> None:
    assert from_status(URL, status, {}, b"", "m").retries == MAX_RETRIES


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 413, 422, 501])
def test_what_stays_wrong_is_not_asked_again(status: int) -> None:
    assert from_status(URL, status, {}, b"", "m").retries == 0


def test_an_empty_account_is_not_asked_again() -> None:
    body = b'{"error": {"message": "pay", "code": "insufficient_quota"}}'
    failure = from_status(URL, 429, {}, body, "m")
    assert failure.retries == 0
    assert "billing" in failure.hint


@pytest.mark.parametrize("status", [302, 400, 401, 404, 429, 500])
def test_every_failure_has_a_sentence_and_a_next_step(status: int) -> None:
    error = from_status(URL, status, {"location": "http://a\x1b[0m"}, b"\x00", "m").to_error()
    assert URL in error.message
    assert error.message.isprintable()
    assert error.hint


def test_only_a_missing_model_is_missing() -> None:
    assert type(from_status(URL, 404, {}, b"", "m").to_error()) is ModelMissing
    assert type(from_status(URL, 404, {}, b"", "").to_error()) is ModelUnavailable
    assert type(Failure("x").to_error()) is ModelUnavailable
