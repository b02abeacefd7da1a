"""HumanEvalPack's Rust rows as tasks, and the plain command for the same program."""

from __future__ import annotations

import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from models.evaluation.formats.programs import FORMS
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite

_FORM = FORMS[Language.RUST]
_REGISTRY = Path("/usr/share/cargo/registry")
_MANIFEST = """[package]
name = "solution"
version = "1.0.0"
edition = "2021"
[dependencies]
md5 = "0.7"
rand = "0.8"
regex = { version = "1", default-features = false, features = ["std", "unicode"] }
"""
_CONFIG = f"""[source.crates-io]
replace-with = "system"
[source.system]
directory = "{_REGISTRY}"
"""


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """A row as a task, and one of its solutions."""
    tests = TestSuite(files=(SourceFile(path="tests.rs", content=_FORM.tests(row)),))
    task = CodingTask(language=Language.RUST, instruction=row["instruction"], tests=tests)
    return task, Candidate(files=(SourceFile(path="solution.rs", content=_FORM.program(row, code)),))


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """``cargo test`` on the same program, its crates already built.

    Raises:
        LookupError: cargo or a crate is missing.
    """
    target = _built_crates()
    _write_package(folder, _FORM.program(row, code) + _FORM.tests(row))
    return _command(target)


def _write_package(folder: Path, source: str) -> None:
    (folder / "src").mkdir()
    (folder / ".cargo").mkdir()
    (folder / "Cargo.toml").write_text(_MANIFEST)
    (folder / ".cargo" / "config.toml").write_text(_CONFIG)
    (folder / "src" / "lib.rs").write_text(source)


def _command(target: Path) -> list[str]:
    settings = [f"CARGO_TARGET_DIR={target}", "RUSTC=/usr/bin/rustc", f"CARGO_HOME={target}/home"]
    return ["env", *settings, "/usr/bin/cargo", "test", "--offline", "--quiet", "--lib"]


@functools.cache
def _built_crates() -> Path:
    """Cargo's folder for what it builds, shared by all rows: building the crates is not what is compared."""
    if not Path("/usr/bin/cargo").exists() or not _REGISTRY.is_dir():
        raise LookupError("cargo or its registry is missing: scripts/install-languages rust")
    target = Path(tempfile.mkdtemp(prefix="acrisol-cargo-"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        _write_package(Path(folder), "")
        done = subprocess.run(_command(target), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LookupError(f"cargo does not build the crates: {done.stderr[-200:]}")
    return target
