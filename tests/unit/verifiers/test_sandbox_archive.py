"""Packing a job's files."""

from __future__ import annotations

import io
import tarfile

import pytest

from verifiers.errors import InvalidInput
from verifiers.sandbox.archive import pack

ROOM = 2**20


def test_parents_come_once_and_before_their_files() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack({"a/b/c": b"1", "a/b/d": b"22", "e": b""}, ROOM))) as archive:
        names = archive.getnames()
        content = archive.extractfile("a/b/d")
        assert content is not None
        assert content.read() == b"22"
    assert names == ["a", "a/b", "a/b/c", "a/b/d", "e"]


def test_long_and_unusual_names_survive() -> None:
    names = ["x" * 200 + "/" + "y" * 200, "a b", "new\nline", "☃", "-rf"]
    with tarfile.open(fileobj=io.BytesIO(pack(dict.fromkeys(names, b""), ROOM))) as archive:
        assert [name for name in archive.getnames() if name != "x" * 200] == names


def test_scripts_are_executable() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack({"run": b"#!/bin/sh\n", "data": b"#"}, ROOM))) as archive:
        assert [oct(entry.mode) for entry in archive] == ["0o755", "0o644"]


@pytest.mark.parametrize("name", ["/a", "../a", "a/../../b", "..", "", ".", "a\0b"])
def test_paths_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        pack({name: b""}, ROOM)


def test_files_must_fit() -> None:
    pack({"a": bytes(4096), "b": bytes(1)}, 8192)
    with pytest.raises(InvalidInput, match="disk_bytes"):
        pack({"a": bytes(4096), "b": bytes(1)}, 8191)
