"""Taking the judge's frames apart, and capturing output."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifiers.sandbox.linked import MAX_FRAME_BYTES, FrameParser
from verifiers.sandbox.running import Capture


def frame(channel: bytes, payload: bytes) -> bytes:
    return channel + len(payload).to_bytes(4, "big") + payload


class Delivered:
    def __init__(self) -> None:
        self.guest = b""
        self.host = b""
        self.parser = FrameParser(self._to_guest, self._to_host)

    def _to_guest(self, data: bytes) -> None:
        self.guest += data

    def _to_host(self, data: bytes) -> None:
        self.host += data


@given(
    st.lists(st.tuples(st.sampled_from([b"G", b"H"]), st.binary(max_size=50)), max_size=10),
    st.lists(st.integers(1, 20), min_size=1),
)
def test_frames_arrive_however_they_are_cut(frames: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    stream = b"".join(frame(*one) for one in frames)
    delivered, at, turn = Delivered(), 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        assert delivered.parser.feed(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert delivered.guest == b"".join(payload for channel, payload in frames if channel == b"G")
    assert delivered.host == b"".join(payload for channel, payload in frames if channel == b"H")


def test_an_unknown_channel_ends_it_and_what_came_before_counts() -> None:
    delivered = Delivered()
    assert not delivered.parser.feed(frame(b"H", b"good") + b"P" + frame(b"H", b"bad"))
    assert delivered.host == b"good"


def test_a_frame_over_the_limit_ends_it() -> None:
    delivered = Delivered()
    assert not delivered.parser.feed(b"H" + (MAX_FRAME_BYTES + 1).to_bytes(4, "big") + b"x")
    assert delivered.host == b""


def test_a_frame_cut_off_by_the_end_delivers_what_came() -> None:
    delivered = Delivered()
    assert delivered.parser.feed(b"G\0\0\0\x09abc")
    assert delivered.guest == b"abc"


def test_capture_is_exact_at_its_limit() -> None:
    capture = Capture(5)
    capture.add(b"abc")
    capture.add(b"de")
    assert (capture.kept, capture.truncated) == (b"abcde", False)
    capture.add(b"f")
    assert (capture.kept, capture.truncated) == (b"abcde", True)
