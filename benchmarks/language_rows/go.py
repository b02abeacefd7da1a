"""HumanEvalPack's Go rows as tasks, and as a folder for plain ``go test``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from models.evaluation.formats.programs import FORMS
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite

TESTIFY = Path("/usr/share/gocode/src/github.com/stretchr/testify")
_FORM = FORMS[Language.GO]


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """The row's task and one of its solutions as a candidate."""
    task = CodingTask(
        language=Language.GO,
        instruction=row["prompt"],
        tests=TestSuite(files=(SourceFile(path="solution_test.go", content=_FORM.tests(row)),)),
    )
    candidate = Candidate(files=(SourceFile(path="solution.go", content=_FORM.program(row, code)),))
    return task, candidate


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """The command of the toolchain for the same program; its files are written into ``folder``.

    Raises:
        LookupError: there is no Go, or no testify.
    """
    if shutil.which("go") is None or not TESTIFY.is_dir():
        raise LookupError("apt-get install golang-go golang-github-stretchr-testify-dev brings go test.")
    (folder / "solution.go").write_text(_FORM.program(row, code), encoding="utf-8")
    (folder / "solution_test.go").write_text(_FORM.tests(row), encoding="utf-8")
    setting = ["GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOPROXY=off"]
    return ["env", *setting, "go", "test", "-vet=off", "-count=1", "."]
