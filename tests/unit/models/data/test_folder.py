"""Folders and checkouts are hostile: nothing outside is read, nothing in them is run, nothing hangs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from models.data.document import Document
from models.data.reading.folder import list_folder, read_listed
from models.data.reading.unread import Part, Unread
from models.data.sources import FolderSource
from verifiers.errors import InvalidInput, ToolMissing


def read(folder: Path, **settings: object) -> list[Document | Unread]:
    source = FolderSource.model_validate({"name": "s", "path": folder, **settings})
    listing = folder.parent / "listing.jsonl"
    list_folder(source, listing)
    return list(read_listed(source, listing, Part(0, 1)))


def paths(found: list[Document | Unread]) -> list[str]:
    return [item.path for item in found if isinstance(item, Document)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "b").mkdir(parents=True)
    (root / "a.py").write_text("a = 1\n")
    (root / "b" / "c.js").write_text("let c\n")
    return root


def test_files_come_sorted_with_where_they_are_from(folder: Path) -> None:
    first, second = read(folder)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.path, first.text, first.source) == ("s/a.py", "a.py", "a = 1\n", "s")
    assert (second.id, second.repository) == ("s/b/c.js", "s")


def test_links_are_not_followed(folder: Path) -> None:
    secret = folder.parent / "secret"
    secret.mkdir()
    (secret / "key.py").write_text("KEY = 'x'")
    (folder / "link").symlink_to(secret)
    (folder / "key.py").symlink_to(secret / "key.py")
    assert paths(read(folder)) == ["a.py", "b/c.js"]


def test_a_folder_that_becomes_a_link_after_it_was_listed_is_not_read(folder: Path) -> None:
    source, listing = FolderSource(name="s", path=folder), folder.parent / "listing"
    list_folder(source, listing)
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "c.js").write_text("SECRET")
    shutil.rmtree(folder / "b")
    (folder / "b").symlink_to(outside)
    assert Unread("behind a symbolic link") in list(read_listed(source, listing, Part(0, 1)))


def test_a_file_that_becomes_a_pipe_or_a_link_or_goes_does_not_stop_anything(folder: Path) -> None:
    for name in ("p.py", "l.py", "g.py"):
        (folder / name).write_text("x")
    source, listing = FolderSource(name="s", path=folder), folder.parent / "listing"
    list_folder(source, listing)
    for name in ("p.py", "l.py", "g.py"):
        (folder / name).unlink()
    os.mkfifo(folder / "p.py")
    (folder / "l.py").symlink_to("/etc/passwd")
    found = list(read_listed(source, listing, Part(0, 1)))
    reasons = sorted(item.reason for item in found if isinstance(item, Unread))
    assert reasons == ["no regular file", "unreadable", "unreadable"]
    assert paths(found) == ["a.py", "b/c.js"]


def test_pipes_and_devices_are_not_listed(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")
    assert paths(read(folder)) == ["a.py", "b/c.js"]


def test_names_may_be_any_bytes(folder: Path) -> None:
    for name in (b"bad\xff.py", b"new\nline.py", b"-rf.py", b"\x1b[31m.py", "ümläut.py".encode()):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_bytes(b"x = 1\n")
    found = read(folder)
    assert len(found) == 7
    assert all(isinstance(item, Document) for item in found)
    assert "bad\\xff.py" in paths(found)


def test_folders_may_be_nested_deeper_than_calls(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    handle = os.open(root, os.O_RDONLY)
    for _ in range(1500):  # by handles, since the whole path is soon too long for one call
        os.mkdir("d", dir_fd=handle)
        deeper = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = deeper
    os.close(handle)
    (root / "a.py").write_text("a = 1\n")
    try:
        assert paths(read(root)) == ["a.py"]
    finally:
        subprocess.run(["rm", "-rf", str(root)], check=True)  # Python's own way gives up at this depth


def test_encodings_are_told(folder: Path) -> None:
    (folder / "u.py").write_bytes("x = 'é'".encode("utf-16"))
    (folder / "l.py").write_bytes("x = 'é'".encode("latin-1"))
    (folder / "bom.py").write_bytes(b"\xef\xbb\xbfx = 1")
    told = {
        item.path: (item.metadata["encoding"], item.text)
        for item in read(folder)
        if isinstance(item, Document)
    }
    assert told["u.py"] == ("utf-16", "x = 'é'")
    assert told["l.py"] == ("unknown", "x = '\ufffd'")
    assert told["bom.py"] == ("utf-8", "x = 1")


def test_large_files_are_counted_and_not_read(folder: Path) -> None:
    (folder / "big.py").write_text("x" * 101)
    assert Unread("larger than max_file_bytes") in read(folder, max_file_bytes=100)


def test_include_exclude_and_limit(folder: Path) -> None:
    assert paths(read(folder, include=["*.py"])) == ["a.py"]
    assert paths(read(folder, exclude=["b/*"])) == ["a.py"]
    for number in range(10):
        (folder / f"n{number}.py").write_text("x")
    assert paths(read(folder, include=["n*.py"], limit=5)) == [f"n{number}.py" for number in (1, 3, 5, 7, 9)]


def test_parts_are_disjoint_and_together_everything(folder: Path) -> None:
    source, listing = FolderSource(name="s", path=folder), folder.parent / "listing"
    list_folder(source, listing)
    halves = [paths(list(read_listed(source, listing, Part(rank, 2)))) for rank in (0, 1)]
    assert halves == [["a.py"], ["b/c.js"]]


def test_repositories_of_packages_and_their_licences(tmp_path: Path) -> None:
    root = tmp_path / "node_modules"
    for name, license_ in (
        ("left", "MIT"),
        ("@org/right", "(MIT OR Apache-2.0)"),
        ("left/node_modules/in", "ISC"),
    ):
        (root / name).mkdir(parents=True, exist_ok=True)
        declared = {"name": name.rsplit("node_modules/", 1)[-1], "license": license_}
        (root / name / "package.json").write_text(json.dumps(declared))
        (root / name / "index.js").write_text("x")
    found = {item.id: item for item in read(root, repositories="packages") if isinstance(item, Document)}
    labels = {key: (item.repository, item.license, item.path) for key, item in found.items()}
    assert labels["s/left/index.js"] == ("left", "MIT", "index.js")
    assert labels["s/@org/right/index.js"] == ("@org/right", "MIT OR Apache-2.0", "index.js")
    assert labels["s/left/node_modules/in/index.js"] == ("in", "ISC", "index.js")


@pytest.mark.parametrize("path", ["missing", "a.py"])
def test_no_folder_is_an_error_that_names_it(folder: Path, path: str) -> None:
    with pytest.raises(InvalidInput, match=r"sources\.s\.path: .* is not a folder"):
        read(folder / path)


def test_an_empty_source_is_an_error(folder: Path) -> None:
    with pytest.raises(InvalidInput, match=r"sources\.s: .* holds no file"):
        read(folder, include=["*.zig"])


@pytest.fixture
def checkout(folder: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")

    def git(*command: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run(["git", "-C", str(folder), *identity, *command], check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "x")
    (folder / "build.py").write_text("generated")
    return folder


def test_of_a_checkout_only_what_git_tracks_is_read(checkout: Path) -> None:
    assert paths(read(checkout)) == ["a.py", "b/c.js"]
    listed = list_folder(FolderSource(name="s", path=checkout), checkout.parent / "l")
    assert len(listed.commits["."]) == 40


def test_a_checkouts_settings_run_nothing(checkout: Path) -> None:
    ran = checkout.parent / "ran"
    hook = checkout.parent / "evil"
    hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
    hook.chmod(0o755)
    with (checkout / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tfsmonitor = {hook}\n\tpager = {hook}\n\tsshCommand = {hook}\n")
    assert paths(read(checkout)) == ["a.py", "b/c.js"]
    assert not ran.exists()


def test_a_broken_checkout_is_read_as_a_folder(checkout: Path) -> None:
    (checkout / ".git" / "HEAD").write_text("nonsense")
    assert paths(read(checkout)) == ["a.py", "b/c.js", "build.py"]


def test_a_checkout_that_claims_files_outside_gives_none_of_them(checkout: Path) -> None:
    outside = checkout.parent / "outside.py"
    outside.write_text("SECRET")
    with (checkout / ".git" / "config").open("a") as config:
        config.write(f"[core]\n\tworktree = {checkout.parent}\n")
    with suppress(InvalidInput):  # git may say that it tracks nothing here, which is as good
        assert all("SECRET" not in item.text for item in read(checkout) if isinstance(item, Document))


def test_a_licence_in_brackets_keeps_those_that_count(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "index.js").write_text("x")
    for said, read_as in (
        ("(MIT)", "MIT"),
        ("(MIT OR ISC) AND (MIT OR X11)", "(MIT OR ISC) AND (MIT OR X11)"),
    ):
        (root / "package.json").write_text(json.dumps({"license": said}))
        assert read(root, include=["*.js"])[0].license == read_as  # type: ignore[union-attr]


def test_without_git_a_checkout_is_not_read_as_if_all_in_it_were_tracked(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ToolMissing, match="git is not installed"):
        read(checkout)


def test_a_package_with_a_long_list_of_files_has_a_licence(tmp_path: Path) -> None:
    root = tmp_path / "site-packages"
    (root / "big").mkdir(parents=True)
    (root / "big" / "a.py").write_text("x = 1\n")
    (root / "big-1.dist-info").mkdir()
    (root / "big-1.dist-info" / "METADATA").write_text("Name: Big\nLicense-Expression: MIT\n")
    (root / "big-1.dist-info" / "RECORD").write_text("".join(f"big/{n:090}.py,,\n" for n in range(20_000)))
    (found,) = read(root, repositories="children", include=["*.py"])
    assert isinstance(found, Document)
    assert (found.repository, found.license) == ("Big", "MIT")
