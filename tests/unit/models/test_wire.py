from __future__ import annotations

import pytest

from models.openai_compatible import OpenAICompatibleModel
from models.wire import parse_api_key, parse_base_url
from verifiers.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://host:8000", "http://host:8000/v1"),
        ("http://host:8000/", "http://host:8000/v1"),
        ("http://host:8000/v1/", "http://host:8000/v1"),
        (" https://host/api/v1 ", "https://host/api/v1"),
        ("https://host/v1/chat/completions", "https://host/v1"),
        ("HTTP://Host/v1", "http://host/v1"),
        ("http://[::1]:80/v1", "http://[::1]:80/v1"),
    ],
)
def test_addresses_come_into_one_form(given: str, url: str) -> None:
    assert parse_base_url(given) == url


@pytest.mark.parametrize(
    "given",
    [
        "",
        "host:8000",
        "ftp://host/",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://host:99999",
        "http://host:x",
        "http://[::1",
        "http://me:secret@host/v1",
        "http://key@host/v1",
        "http://host/v1?key=secret",
        "http://host/v1#part",
        "http://ho st/v1",
        "http://host/v1\x1b[0m",
    ],
)
def test_addresses_that_cannot_be_used_are_refused(given: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_base_url(given)
    assert caught.value.field == "model"
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("given", "key"), [(None, None), ("", None), (" \n", None), ("abc\n", "abc")])
def test_keys_are_stripped(given: str | None, key: str | None) -> None:
    assert parse_api_key(given) == key


@pytest.mark.parametrize("given", ["secret\r\nX-Evil: 1", "secret two", "secr\u00e9t", "secret\x00"])
def test_keys_that_no_header_can_carry_are_refused_unseen(given: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        OpenAICompatibleModel("http://host", "m", given)
    assert caught.value.field == "api_key"
    assert "secr" not in str(caught.value)
