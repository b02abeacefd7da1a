"""Reading an archive that somebody hostile may have made."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.sandbox.collect import Collector, PackedEnd, packing_command
from verifiers.sandbox.protocol import Limits

SMALL = Limits(files_bytes=10_000, files_count=5)


def tar(*entries: tuple[str, bytes], kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size, entry.linkname = kind, len(content), link
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def collected(data: bytes, limits: Limits = SMALL, step: int = 10**9) -> Collector:
    collector = Collector(limits)
    for at in range(0, len(data), step):
        if not collector.feed(data[at : at + step]):
            break
    collector.end()
    return collector


@given(
    st.dictionaries(
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=150),
        st.binary(max_size=900),
        max_size=5,
    ),
    st.integers(1, 2000),
)
def test_what_was_packed_comes_out_however_it_comes_in(files: dict[str, bytes], step: int) -> None:
    found = collected(tar(*((f"./{name}", content) for name, content in files.items())), step=step)
    assert (found.files, found.truncated) == (files, False)


@given(st.binary(max_size=3000))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    found = collected(data, step=700)
    assert sum(map(len, found.files.values())) <= SMALL.files_bytes


@pytest.mark.parametrize(
    "name", ["../up", "/etc/passwd", "a/../../b", "a//b", "new\nline", "\x1b[2J", "a/\u202eb", ".", "./../x"]
)
def test_names_that_lead_elsewhere_or_are_no_text_are_dropped(name: str) -> None:
    found = collected(tar((name, b"x"), ("good", b"y")))
    assert (found.files, found.truncated) == ({"good": b"y"}, True)


def test_a_name_that_is_not_unicode_is_dropped() -> None:
    data = bytearray(tar(("ab", b"x")))
    data[0] = 0xFF
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    found = collected(bytes(data))
    assert (found.files, found.truncated) == ({}, True)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_only_regular_files_are_kept(kind: bytes) -> None:
    found = collected(tar(("link", b""), kind=kind, link="/etc/passwd") + tar(("never", b"read")))
    assert (found.files, found.truncated) == ({}, False)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_SPARSE, b"Z"])
def test_what_our_packer_never_makes_ends_it(kind: bytes) -> None:
    found = collected(tar(("x", b"y"), kind=kind))
    assert (found.files, found.truncated) == ({}, True)


def test_sizes_and_numbers_are_limited() -> None:
    files = [(f"f{number}", b"x" * 3000) for number in range(5)]
    assert (len((few := collected(tar(*files))).files), few.truncated) == (3, True)
    names = [(f"f{number}", b"") for number in range(9)]
    assert (len((many := collected(tar(*names))).files), many.truncated) == (5, True)


def test_an_announced_size_is_not_waited_for() -> None:
    collector = Collector(SMALL)
    entry = tarfile.TarInfo("huge")
    entry.size = 2**60
    assert collector.feed(entry.tobuf(tarfile.GNU_FORMAT)) is False
    assert collector.truncated


def test_folders_without_end_are_given_up() -> None:
    folder = tarfile.TarInfo("f")
    folder.type = tarfile.DIRTYPE
    block = folder.tobuf(tarfile.GNU_FORMAT)
    collector = Collector(SMALL)
    assert not all(collector.feed(block * 100) for _ in range(1000))
    assert collector.truncated


def test_an_archive_without_its_end_is_truncated() -> None:
    whole = tar(("a", b"x"), ("b", b"y"))
    found = collected(whole[:1024])
    assert (found.files, found.truncated) == ({"a": b"x"}, True)
    assert collected(b"").truncated


def test_of_two_with_one_name_the_first_is_kept_and_none_is_both_file_and_folder() -> None:
    assert collected(tar(("a", b"1"), ("a", b"2"))).files == {"a": b"1"}
    assert collected(tar(("a", b"1"), ("a/b", b"2"))).files == {"a": b"1"}
    assert collected(tar(("a/b", b"2"), ("a", b"1"))).files == {"a/b": b"2"}


def test_a_flipped_header_ends_it() -> None:
    data = bytearray(tar(("a", b"x")))
    data[130] ^= 1
    assert collected(bytes(data)).truncated


def test_the_packers_words_mean_what_they_say() -> None:
    command = packing_command(("out/*.txt", "it's [1]", "-rf", "$(id)"))
    assert command.endswith(r"""-- ./out/*.txt ./'it'"'"'s [1]' ./-rf ./'$(id)'""")


def test_the_exit_code_comes_first() -> None:
    end = PackedEnd(SMALL)
    assert end.feed(b"4")
    assert end.exit_code is None
    data = tar(("a", b"x"))
    assert end.feed(b"2\n" + data[:100])
    assert end.exit_code == 42
    assert end.at > 0
    assert not end.feed(data[100:])
    assert end.collector.files == {"a": b"x"}


@pytest.mark.parametrize("said", [b"\n", b"abc\n", b"-1\n", b"256\n", b"0000000", b"999\n", b"\xff\n"])
def test_what_is_no_exit_code_is_none(said: bytes) -> None:
    end = PackedEnd(SMALL)
    assert not end.feed(said)
    assert end.exit_code is None
