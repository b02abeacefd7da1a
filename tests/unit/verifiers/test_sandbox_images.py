"""What goes into an image that is made from this machine's files."""

from __future__ import annotations

import importlib.util
import io
import shutil
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

IMAGES = Path(__file__).parents[3] / "deploy" / "images"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"images_{name}", IMAGES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


ROOTFS, DEBIAN = load("rootfs"), load("debian")
has_dpkg = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this machine has no dpkg")


def written(*calls: object) -> dict[str, tarfile.TarInfo]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        rootfs = ROOTFS.Rootfs(archive)
        for call in calls:
            call(rootfs)  # type: ignore[operator]
    buffer.seek(0)
    with tarfile.open(fileobj=buffer) as archive:
        members = archive.getmembers()
        assert len({member.name for member in members}) == len(members), "each path once"
        return {member.name: member for member in members}


def test_files_lie_in_the_merged_tree_and_are_everybodys_to_read(tmp_path: Path) -> None:
    secret = tmp_path / "tool"
    secret.write_bytes(b"#!/bin/sh\n")
    secret.chmod(0o4700)
    found = written(lambda rootfs: rootfs.file(secret, "/bin/tool"))["usr/bin/tool"]
    assert (found.mode, found.uid, found.gid, found.uname) == (0o755, 0, 0, "")


def test_a_tree_keeps_its_own_links_and_follows_others(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").write_text("x")
    base = tmp_path / "base"
    (base / "real").mkdir(parents=True)
    (base / "real" / "a").write_text("a")
    (base / "test").mkdir()
    (base / "test" / "b").write_text("b")
    (base / "near").symlink_to("real/a")
    (base / "far").symlink_to(elsewhere)
    (base / "gone").symlink_to("nowhere-at-all")
    found = written(lambda rootfs: rootfs.tree(base, "/opt/x", {"test"}))
    assert (found["opt/x/near"].issym(), found["opt/x/near"].linkname) == (True, "real/a")
    assert found["opt/x/far/file"].isreg()
    assert not [name for name in found if name.startswith("opt/x/test")]


def test_an_earlier_archive_is_gone_on_with(tmp_path: Path) -> None:
    target, tool = tmp_path / "x.tar", tmp_path / "tool"
    tool.write_text("x")
    with tarfile.open(target, "w") as archive:
        ROOTFS.Rootfs(archive).file(tool, "/usr/bin/tool")
    with tarfile.open(target, "a") as archive:
        rootfs = ROOTFS.Rootfs(archive)
        rootfs.file(tool, "/usr/bin/tool")
        rootfs.file(tool, "/usr/bin/other")
    with tarfile.open(target) as archive:
        names = archive.getnames()
    assert names.count("usr/bin/tool") == 1
    assert "usr/bin/other" in names


def test_binaries_are_told_by_how_they_begin(tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"\x7fELF...")
    (tmp_path / "script").write_bytes(b"#!/bin/sh")
    assert [path.name for path in ROOTFS.binaries_below(tmp_path)] == ["program"]


def test_a_program_brings_its_libraries() -> None:
    found = written(lambda rootfs: rootfs.program(Path("/bin/sh"), "/bin/sh"))
    assert "usr/bin/sh" in found
    assert any("libc.so" in name for name in found)


@has_dpkg
def test_packages_bring_what_they_depend_on() -> None:
    found = DEBIAN.closure(["coreutils"])
    assert {"coreutils", "libc6"} <= set(found)
    paths = set(map(str, DEBIAN.files(["coreutils"])))
    assert paths & {"/bin/cat", "/usr/bin/cat"}
    assert not [path for path in paths if path.startswith("/usr/share/doc")]


@has_dpkg
def test_a_package_that_is_not_there_is_named() -> None:
    with pytest.raises(LookupError, match="no-such-package-xyz"):
        DEBIAN.closure(["coreutils", "no-such-package-xyz"])
