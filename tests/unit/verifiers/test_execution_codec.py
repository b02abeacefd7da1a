"""The wire's values: what goes in comes out, and what is malformed is refused."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import math
import os
import pathlib
import uuid
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.execution.harness.codec import CodecError, Decoder, Encoder
from verifiers.execution.harness.report import MAX_TEXTS, Reporter
from verifiers.execution.harness.sharing import Shared
from verifiers.execution.harness.wire import dump, load

VALUES = [
    None, True, 0, 2**64, -(10**5000), 1.5, math.inf, -0.0, "", "é\ud800", "\ud83d\ude00", b"\x00\xff",
    bytearray(b"x"),
    1 + 2j, [], (), {}, set(), frozenset({1}), [1, "a", None], (1, (2,)), {"a": [1], 2: {3}}, range(0, 9, 2),
    slice(1, None), ..., NotImplemented, Decimal("1.50"), Fraction(1, 3), dt.date(2024, 2, 29),
    dt.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=dt.timezone(dt.timedelta(hours=2))), dt.time(1, 2),
    dt.timedelta(1, 2),
    uuid.UUID(int=5), pathlib.PurePosixPath("/a/b"), collections.deque([1, 2], maxlen=3),
    collections.Counter("aab"),
    collections.OrderedDict([("b", 1), ("a", 2)]), collections.defaultdict(list, {1: [2]}), {1: 2}.keys(),
    int,
]  # fmt: skip

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(st.sampled_from("ltsfdBDOCFbcgSniuyvrakv"), inner, inner).map(list)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=15,
)


def carried(value: Any) -> Any:
    return Decoder().decode(load(dump(Encoder().encode(value))))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_as_itself(value):
    back = carried(value)
    assert back == value
    assert type(back) is type(value)
    assert math.copysign(1, back) == math.copysign(1, value) if type(value) is float else True


@given(plain)
def test_nested_values_come_back(value):
    assert carried(value) == value


def test_not_a_number_comes_back():
    assert math.isnan(carried(math.nan))


def test_shared_and_cyclic_references_keep_their_identity():
    inner = [1]
    value = [inner, (inner,), {"k": inner}]
    value.append(value)
    back = carried(value)
    assert back[0] is back[1][0] is back[2]["k"]
    assert back[3] is back


class Sneaky(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize("value", [Sneaky(3), [Sneaky(3)], object(), print, {1: {2: object}.items()}])
def test_what_is_not_plain_is_refused_without_a_hook(value):
    if value == {1: {2: object}.items()} and type(value) is dict:
        assert carried(value) == value
        return
    with pytest.raises(CodecError):
        Encoder().encode(value)


def test_too_deep_is_refused_on_both_sides():
    value: list[Any] = []
    for _ in range(1000):
        value = [value]
    with pytest.raises(CodecError):
        Encoder().encode(value)
    tree: list[Any] = ["l"]
    for _ in range(1000):
        tree = ["l", tree]
    with pytest.raises(CodecError):
        Decoder().decode(tree)


@given(trees)
def test_a_malformed_tree_is_a_codec_error_and_nothing_else(tree):
    with contextlib.suppress(CodecError):
        Decoder().decode(tree)


@given(st.binary(max_size=60))
def test_malformed_bytes_are_a_codec_error_and_nothing_else(data):
    with contextlib.suppress(CodecError):
        load(data)


def test_changes_reach_the_same_objects():
    ours: list[Any] = [[1], {"a": 1}, {2}, bytearray(b"x")]
    encoder = Encoder()
    tree = encoder.encode(ours)
    here = Shared(encoder.containers)
    decoder = Decoder()
    theirs = decoder.decode(tree)
    there = Shared(decoder.containers)
    there.look()
    theirs[0].append(theirs[1])
    theirs[1]["b"] = theirs
    theirs[2].add(5)
    theirs[3][0] = 65
    reply = Encoder(known=there.known())
    result = reply.encode(theirs[0])
    changes = there.changes(reply)
    back = Decoder(known=here.table)
    inner = ours[0]
    assert back.decode(result) is inner
    here.apply(back, load(dump(changes)))
    assert inner[1] is ours[1]
    assert ours[1]["b"] is ours
    assert ours[2] == {2, 5}
    assert ours[3] == b"A"


@pytest.mark.parametrize("changes", [None, [1], [[0]], [[9, []]], [["0", []]], [[0, {}]], [[1, []]]])
def test_malformed_changes_are_refused(changes):
    shared = Shared([[1], (2,)])
    with pytest.raises(CodecError):
        shared.apply(Decoder(known=shared.table), changes)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"B",
        b"B\x00\x00\x00\xff",
        b"B\x00\x00\x00\x02[]\x7f\xff\xff\xffx",
        b'[{"b": 0}]',
        b'[{"b": true}]',
        b'B\x00\x00\x00\x09[{"b":1}]\x00\x00\x00\x01x',
        b"[] []",
        b"[NaN",
        b'[{"c": 0}]',
        b"\xff",
    ],
)
def test_malformed_bytes_behind_a_message_are_refused(message):
    with pytest.raises(CodecError):
        load(message)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["q"],
        ["q", "x"],
        ["q", b"1"],
        ["x", b"12345678"],
        ["d", b"\0" * 8, b"\1\0\0\0"],
        ["d", b"\0" * 8, b"1"],
        ["d", b"\0\0\0\0\0\0\xf0\x7f", b"\0" * 4],
        [b"d", b""],
    ],
)
def test_malformed_numbers_are_refused(parts):
    with pytest.raises(CodecError):
        Decoder().decode(["l", ["N", *parts]])


@given(st.lists(st.integers() | st.floats(allow_nan=False) | st.booleans(), min_size=40, max_size=120))
def test_long_lists_of_numbers_keep_values_and_types(value):
    back = carried(value)
    assert back == value
    assert list(map(type, back)) == list(map(type, value))


def test_all_messages_together_have_a_limit_and_outcomes_none(tmp_path):
    path = tmp_path / "report"
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    reporter = Reporter(descriptor, "n")
    for number in range(3000):
        reporter.result(f"t{number}", "failed", "m" * 2000)
    reporter.end(None, {})
    os.close(descriptor)
    assert path.stat().st_size < MAX_TEXTS + 3000 * 200
    assert path.read_bytes().count(b'"failed"') == 3000
