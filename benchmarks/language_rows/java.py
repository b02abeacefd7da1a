"""HumanEvalPack's Java rows as tasks, and as a folder for plain ``javac`` and ``java``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from models.evaluation.formats.programs import FORMS
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite

_FORM = FORMS[Language.JAVA]


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """The row's task and one of its solutions as a candidate."""
    task = CodingTask(
        language=Language.JAVA,
        instruction=row["prompt"],
        tests=TestSuite(files=(SourceFile(path="Main.java", content=_FORM.tests(row)),)),
    )
    candidate = Candidate(files=(SourceFile(path="Solution.java", content=_FORM.program(row, code)),))
    return task, candidate


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """The command of the toolchain for the same program; its files are written into ``folder``.

    Raises:
        LookupError: there is no JDK.
    """
    if shutil.which("javac") is None or shutil.which("java") is None:
        raise LookupError("apt-get install openjdk-17-jdk-headless brings javac and java.")
    (folder / "Solution.java").write_text(_FORM.program(row, code), encoding="utf-8")
    (folder / "Main.java").write_text(_FORM.tests(row), encoding="utf-8")
    return ["sh", "-c", "javac Main.java Solution.java && exec java Main"]
