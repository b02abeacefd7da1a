"""HumanEvalPack's Go rows as tasks, and as a folder for plain ``go test``."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite

TESTIFY = Path("/usr/share/gocode/src/github.com/stretchr/testify")
# Their prompts hold a function that the tests call; the declaration alone does not.
_WITH_PROMPT = ("Go/10", "Go/32", "Go/38", "Go/50")
_PACKAGES = (
    *(
        "bytes",
        "crypto/md5",
        "errors",
        "fmt",
        "math",
        "math/rand",
        "os",
        "regexp",
        "sort",
        "strconv",
        "strings",
    ),
    *("time", "unicode", "unicode/utf8"),
)


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """The row's task and one of its solutions as a candidate."""
    task = CodingTask(
        language=Language.GO,
        instruction=row["prompt"],
        tests=TestSuite(files=(SourceFile(path="solution_test.go", content=_tests(row)),)),
    )
    candidate = Candidate(files=(SourceFile(path="solution.go", content=_solution(row, code)),))
    return task, candidate


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """The command of the toolchain for the same program; its files are written into ``folder``.

    Raises:
        LookupError: there is no Go, or no testify.
    """
    if shutil.which("go") is None or not TESTIFY.is_dir():
        raise LookupError("apt-get install golang-go golang-github-stretchr-testify-dev brings go test.")
    (folder / "solution.go").write_text(_solution(row, code), encoding="utf-8")
    (folder / "solution_test.go").write_text(_tests(row), encoding="utf-8")
    setting = ["GO111MODULE=off", "GOPATH=/usr/share/gocode", "GOPROXY=off"]
    return ["env", *setting, "go", "test", "-vet=off", "-count=1", "."]


def _solution(row: dict[str, Any], code: str) -> str:
    if row["task_id"] in _WITH_PROMPT:
        body = row["prompt"].removeprefix(row["import"]).lstrip() + code
    else:
        body = row["declaration"] + code
    return f"package main\n\n{_imports(body)}\n{body}"


def _tests(row: dict[str, Any]) -> str:
    """The row's tests with the imports that they use: Go refuses the others."""
    return f"package main\n\n{_imports(row['test'], row['test_setup'])}\n{row['test']}"


def _imports(body: str, setup: str = "") -> str:
    stripped = re.sub(r"//[^\n]*|\"(\\.|[^\"\\\n])*\"|`[^`]*`", "", body)
    named = dict.fromkeys((*re.findall(r'"([\w./]+)"', setup), *_PACKAGES))
    used = (path for path in named if re.search(rf"\b{path.rpartition('/')[2]}\.[A-Z]", stripped))
    return "".join(f'import "{path}"\n' for path in used)
