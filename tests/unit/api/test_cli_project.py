"""A folder on the command line: what is not looked at is named, and no verdict passes over it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import inputs
from api.cli.main import app
from api.cli.project import read_project
from tests.fakes import FunctionVerifier
from verifiers.domain import Language, SourceFile, Status, Verdict
from verifiers.errors import InvalidInput

PYC = b"\xa7\x0d\x0d\x0a"  # CPython 3.11's magic number


def write(folder: Path, *names: str, content: str | bytes = "x = 1\n") -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def paths(folder: Path) -> list[str]:
    return [file.path for file in read_project(folder, "file").files]


def test_text_of_any_kind_is_looked_at_hidden_files_last(tmp_path: Path) -> None:
    names = [
        "App.jsx",
        "a.tsx",
        "b.pyw",
        "body.txt",
        "pkg/c.py",
        "run",
        "suite.bats",
        ".hidden.js",
        ".ci/d.py",
    ]
    write(tmp_path, *names)
    assert sorted(paths(tmp_path)) == sorted(names)
    assert paths(tmp_path)[-2:] == [".ci/d.py", ".hidden.js"]
    assert read_project(tmp_path, "file").verdict is None


def test_an_ordinary_project_stays_usable_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    write(tmp_path, "src/a.py", "README.md", "LICENSE", "pyproject.toml", ".gitignore")
    write(tmp_path, "Makefile", ".editorconfig", ".git/HEAD", ".git/hooks/pre-commit.sample")
    write(tmp_path, "logo.png", ".git/objects/ab/cdef", content=b"\x89PNG\x00")
    write(tmp_path, "src/__pycache__/a.cpython-311.pyc", content=PYC + bytes(12))
    write(tmp_path, ".venv/pyvenv.cfg", ".venv/lib/x.py")
    os.symlink("/usr/bin/python3", tmp_path / ".venv/python")
    project = read_project(tmp_path, "file")
    assert {file.path for file in project.files} == {
        "src/a.py",
        "README.md",
        "LICENSE",
        "pyproject.toml",
        ".gitignore",
    }
    assert set(project.left_out) == {
        "Makefile",
        ".editorconfig",
        ".git/",
        "logo.png",
        "src/__pycache__/",
        ".venv/",
    }
    assert project.verdict is None
    assert "Makefile" in project.note


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("solution/__init__.pyc", PYC + bytes(12)),
        ("helper.so", b"\x7fELF\x00"),
        ("data.pkl", b"\x80\x04\x95\x00"),
        ("lib.jar", b"PK\x03\x04\x00"),
        ("__pycache__/solution.cpython-311.pyc", PYC + b"\x01\x00\x00\x00" + bytes(8)),
        ("__pycache__/solution.cpython-311.pyc", PYC + b"\x03\x00\x00\x00" + bytes(8)),
        ("__pycache__/gone.cpython-311.pyc", PYC + bytes(12)),
        (".git/evil.js", b"x"),
        (".pytest_cache/evil.py", b"x"),
    ],
)
def test_what_could_be_run_and_is_not_looked_at_is_no_pass(tmp_path: Path, name: str, content: bytes) -> None:
    write(write(tmp_path, "solution.py"), name, content=content)
    verdict = read_project(tmp_path, "file").verdict
    assert verdict is not None
    assert verdict.status is Status.INCOMPLETE
    assert name in verdict.summary


@pytest.mark.parametrize("name", ["Makefile", "logo.png", ".git/x"])
def test_what_is_left_out_is_no_pass_where_the_code_names_it(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, content=b"\x89\x00" if name.endswith("png") else b"int x;")
    write(tmp_path, "a.c", content=f'#if __has_include("{name}")\n#include "{name}"\n#endif\n')
    verdict = read_project(tmp_path, "file").verdict
    assert verdict is not None
    assert name.removesuffix("x") in verdict.summary


def test_a_script_is_looked_at_whatever_it_is_called(tmp_path: Path) -> None:
    write(write(tmp_path, "a.sh"), "LICENSE", "INSTALL", content="#!/bin/sh\nrm -rf ~\n")
    assert paths(tmp_path) == ["INSTALL", "LICENSE", "a.sh"]


@pytest.mark.parametrize("target", ["../real", "../real/__init__.py", "nowhere"])
@pytest.mark.parametrize("name", ["pkg", "README.md", ".git", "__pycache__"])
def test_links_are_refused_by_name(tmp_path: Path, target: str, name: str) -> None:
    write(tmp_path / "real", "__init__.py")
    folder = write(tmp_path / "project", "solution.py")
    (folder / name).symlink_to(target)
    with pytest.raises(InvalidInput, match=f"{name} is a link"):
        read_project(folder, "file")


def test_pipes_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(write(tmp_path, "solution.py") / "pipe.py")
    with pytest.raises(InvalidInput, match=r"pipe\.py is neither"):
        read_project(tmp_path, "file")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x = 1\x00", b"#" * 1_000_001])
def test_code_that_is_no_text_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"a\.py (is|contains)"):
        read_project(write(tmp_path, "a.py", content=content), "file")


def test_data_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    write(write(tmp_path, "a.py"), "data.csv", content=b"1\n" * 600_000)
    assert read_project(tmp_path, "file").left_out == ("data.csv",)


def test_tests_are_all_files_of_their_folder(tmp_path: Path) -> None:
    write(tmp_path, "suite.bats", "examples.txt", "helper.sh")
    suite = inputs.read_tests(tmp_path, None)
    assert suite is not None
    assert {file.path for file in suite.files} == {"suite.bats", "examples.txt", "helper.sh"}


def test_settings_in_another_language_do_not_hide_the_language(tmp_path: Path) -> None:
    sources = tuple(SourceFile(path=path, content="x") for path in ("a.ts", ".eslintrc.cjs", "README.md"))
    assert inputs.language_of(sources) is Language.TYPESCRIPT


def test_verify_does_not_accept_a_folder_that_was_not_looked_at_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Opened:
        def __enter__(self) -> tuple[FunctionVerifier, ...]:
            passed = Verdict(verifier="fake", status=Status.PASSED, summary="ok")
            return (FunctionVerifier(lambda candidate: passed),)

        def __exit__(self, *error: object) -> None:
            return None

    monkeypatch.setattr("api.cli.verify.open_verifiers", lambda settings: Opened())
    folder = write(tmp_path, "solution.py", "Makefile")
    answer = CliRunner().invoke(app, ["verify", str(folder), "--json"])
    assert json.loads(answer.stdout)["decision"]["accepted"], answer.output
    assert "Not looked at: Makefile." in answer.stderr
    write(folder, "solution/__init__.pyc", content=PYC)
    answer = CliRunner().invoke(app, ["verify", str(folder), "--json"])
    decision = json.loads(answer.stdout)["decision"]
    assert answer.exit_code == 1
    assert not decision["accepted"]
    assert decision["undecided"]
    assert "solution/__init__.pyc" in decision["reason"]
