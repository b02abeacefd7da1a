"""Calls with plain arguments: written for the candidate's side, and never read from it."""

from __future__ import annotations

import marshal
from typing import Any

import pytest

from verifiers.execution.harness.codec import CodecError, Encoder
from verifiers.execution.harness.plain import MARK, containers_of, read_call, write_call
from verifiers.execution.harness.wire import load

_TWICE = [1]
_CYCLE: list[Any] = []
_CYCLE.append(_CYCLE)


class Count(int):
    """An int that may do anything."""


class Row(list[int]):
    """A list that may do anything."""


@pytest.mark.parametrize(
    "args",
    [
        (),
        (1, True, None, 2.5, "text", b"bytes", 10**40, float("inf"), "\ud800"),
        ([1, "a", [2.5, (None,)]], {"key": [1], (1, 2): {3}}, {1, 2}),
        ([], (), {}, set()),
    ],
)
def test_plain_arguments_arrive_as_they_are(args: tuple[Any, ...]) -> None:
    containers = containers_of(args)
    data = write_call(7, 3, args)
    assert data is not None
    sequence, callee, arrived = read_call(data)
    assert (sequence, callee, repr(arrived)) == (7, 3, repr(args))
    encoder = Encoder()
    encoder.encode(args)
    assert containers is not None
    assert list(map(id, containers)) == list(map(id, encoder.containers)), "both ways number alike"


@pytest.mark.parametrize(
    "args",
    [
        (Count(1),),
        (Row([1]),),
        (object(),),
        (bytearray(b"x"),),
        (memoryview(b"x"),),
        (compile("1", "x", "eval"),),
        (_TWICE, _TWICE),
        (_CYCLE,),
        ({(1, 2)},),
        ({frozenset((1,)): 1},),
        (1j,),
        ([lambda: 1],),
    ],
)
def test_what_the_codec_says_better_is_left_to_it(args: tuple[Any, ...]) -> None:
    assert containers_of(args) is None


def test_deep_and_large_arguments_are_left_to_the_codec() -> None:
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    assert containers_of((deep,)) is None
    assert write_call(1, 1, ("x" * 2**21,)) is None


def test_the_judge_never_reads_what_only_it_may_write() -> None:
    with pytest.raises(CodecError):
        load(MARK + marshal.dumps((1, 1, ()), 2))
