"""HumanEvalPack's JavaScript rows: as tasks of ours, and as plain programs for node."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from models.evaluation.formats.programs import FORMS
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite

_FORM = FORMS[Language.JAVASCRIPT]


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """The task of a row and a candidate for it.

    Args:
        row: A row of ``js.jsonl``.
        code: What comes after the row's prompt: its canonical or its buggy solution.
    """
    task = CodingTask(
        language=Language.JAVASCRIPT,
        instruction=row["instruction"],
        tests=TestSuite(files=(SourceFile(path="tests.js", content=_FORM.tests(row)),)),
    )
    return task, Candidate(files=(SourceFile(path="solution.js", content=_FORM.program(row, code)),))


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """The command that runs the same program without us, in a folder that it needs.

    Its exit code says nothing: a failed ``console.assert`` only prints.

    Raises:
        LookupError: there is no node.
    """
    node = Path(".tools/javascript/bin/node").resolve()
    program = str(node) if node.exists() else shutil.which("node")
    if program is None:
        raise LookupError("There is no node: run scripts/install-languages javascript.")
    folder.joinpath("program.js").write_text(
        _FORM.program(row, code) + "\n" + _FORM.tests(row), encoding="utf-8"
    )
    return [program, str(folder / "program.js")]
