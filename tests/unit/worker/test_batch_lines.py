"""What a line may look like, and what strangers put there instead."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput
from worker.batches.lines import MAX_LINE_BYTES, BadLine, Endpoint, Line, RawLine, is_empty, read, split

CHAT = {"model": "acrisol", "messages": [{"role": "user", "content": "hi"}]}


def accept(task: CodingTask) -> None:
    if task.instruction == "refused":
        raise InvalidInput("tests", "are of another language.")


def read_data(data: bytes | str | dict[str, Any], endpoint: str | None = None) -> Line | BadLine:
    if isinstance(data, dict):
        data = json.dumps(data)
    data = data.encode() if isinstance(data, str) else data
    return read(RawLine(7, 0, len(data), data), endpoint, accept)


def code(data: bytes | str | dict[str, Any], endpoint: str | None = None) -> str:
    says = read_data(data, endpoint)
    assert isinstance(says, BadLine), says
    assert says.number == 7
    assert 0 < len(says.message) <= 500
    return says.code


def test_a_task_may_come_by_itself_or_as_a_request() -> None:
    body = {"instruction": "x", "language": "rust"}
    by_itself = read_data({"custom_id": "a", **body})
    assert by_itself == read_data({"task_id": "a", **body})
    assert by_itself == read_data({"custom_id": "a", "method": "POST", "url": "/v1/tasks", "body": body})
    assert isinstance(by_itself, Line)
    assert (by_itself.custom_id, by_itself.task.language, by_itself.endpoint) == ("a", "rust", Endpoint.TASKS)


def test_a_chat_is_a_task() -> None:
    says = read_data({"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": CHAT})
    assert isinstance(says, Line)
    assert (says.endpoint, says.model, says.task.instruction) == (Endpoint.CHAT, "acrisol", "hi")


def test_a_windows_file_can_be_read() -> None:
    says = read_data(b"\xef\xbb\xbf" + b'{"custom_id": "a", "instruction": "x"}\r')
    assert isinstance(says, Line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[1]", "invalid_line"),
        ("null", "invalid_line"),
        ("{", "invalid_json"),
        (b'{"custom_id": "a\xff"}', "invalid_json"),
        (b'{"custom_id": "a", "instruction": "\x00"}', "invalid_json"),
        ('{"custom_id": "a", "x": NaN}', "invalid_json"),
        ('{"custom_id": "\\ud800", "instruction": "x"}', "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        ('{"custom_id": ' + '{"a": ' * 100_000, "invalid_json"),
        ({"instruction": "x"}, "missing_custom_id"),
        ({"custom_id": "", "instruction": "x"}, "invalid_custom_id"),
        ({"custom_id": 7, "instruction": "x"}, "invalid_custom_id"),
        ({"custom_id": "a\x00", "instruction": "x"}, "invalid_custom_id"),
        ({"custom_id": "a" * 3_000_000, "instruction": "x"}, "invalid_custom_id"),
        ({"custom_id": "a", "task_id": "b", "instruction": "x"}, "invalid_custom_id"),
        ({"custom_id": "a"}, "invalid_body"),
        ({"custom_id": "a", "instruction": "x", "admin": True}, "invalid_body"),
        ({"custom_id": "a", "instruction": "refused"}, "invalid_body"),
        ({"custom_id": "a", "url": "/v1/tasks"}, "invalid_line"),
        ({"custom_id": "a", "url": "/v1/tasks", "body": []}, "invalid_line"),
        ({"custom_id": "a", "url": "/v1/tasks", "method": "DELETE", "body": {}}, "invalid_line"),
        ({"custom_id": "a", "url": "http://169.254.169.254/", "body": {}}, "invalid_line"),
        ({"custom_id": "a", "url": "/v1/keys", "body": {}}, "invalid_line"),
        ({"custom_id": "a", "url": "/v1/chat/completions", "body": {"messages": []}}, "invalid_body"),
        ({"custom_id": "a", "url": "/v1/chat/completions", "body": CHAT | {"model": "gpt"}}, "invalid_body"),
        ({"custom_id": "a", "url": "/v1/tasks", "body": {"instruction": "x"}, "tenant": "b"}, "invalid_line"),
    ],
)
def test_what_is_wrong_is_named(line: Any, expected: str) -> None:
    assert code(line) == expected


def test_a_line_for_another_address_than_its_batch_is_refused() -> None:
    assert code({"custom_id": "a", "instruction": "x"}, Endpoint.CHAT) == "invalid_url"


def test_a_good_name_is_kept_where_the_rest_is_bad() -> None:
    says = read_data({"custom_id": "a", "instruction": ""})
    assert isinstance(says, BadLine)
    assert (says.custom_id, says.message) == ("a", "body.instruction: is empty.")


def test_a_line_of_two_hundred_megabytes_is_passed_over() -> None:
    piece = b"x" * 2**20
    pieces = [piece] * 200 + [b'\n{"custom_id": "a", "instruction": "x"}\n']
    long, short = split(pieces)
    assert (long.number, long.data, long.end) == (1, None, 200 * 2**20 + 1)
    says = read(long, None, accept)
    assert isinstance(says, BadLine)
    assert says.code == "line_too_long"
    assert isinstance(read(short, None, accept), Line)


@pytest.mark.parametrize("size", [1000, MAX_LINE_BYTES - 1, MAX_LINE_BYTES, MAX_LINE_BYTES + 7])
def test_the_longest_line_is_measured_the_same_way_in_any_pieces(size: int) -> None:
    data = b"x" * MAX_LINE_BYTES + b"\n" + b"y" * (MAX_LINE_BYTES + 1)
    first, second = split(data[at : at + size] for at in range(0, len(data), size))
    assert first.data == b"x" * MAX_LINE_BYTES
    assert second.data is None


@given(st.binary(), st.integers(1, 9), st.integers(0, 5))
def test_lines_in_pieces_make_the_file_again(data: bytes, size: int, start: int) -> None:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    lines = list(split(pieces, start, 1))
    assert b"".join(data[line.start - start : line.end - start] for line in lines) == data
    assert [line.data for line in lines] == data.removesuffix(b"\n").split(b"\n")[: len(lines)]
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


@given(st.binary(max_size=200))
def test_whatever_stands_there_is_a_line_or_a_bad_one(data: bytes) -> None:
    data = data.replace(b"\n", b"")
    if not is_empty(RawLine(7, 0, len(data), data)):
        assert isinstance(read_data(data), Line | BadLine)
