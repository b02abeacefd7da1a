"""HumanEvalPack's Java rows as tasks, and as a folder for plain ``javac`` and ``java``."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """The row's task and one of its solutions as a candidate."""
    task = CodingTask(
        language=Language.JAVA,
        instruction=row["prompt"],
        tests=TestSuite(files=(SourceFile(path="Main.java", content=_tests(row)),)),
    )
    candidate = Candidate(files=(SourceFile(path="Solution.java", content=row["prompt"] + code),))
    return task, candidate


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """The command of the toolchain for the same program; its files are written into ``folder``.

    Raises:
        LookupError: there is no JDK.
    """
    if shutil.which("javac") is None or shutil.which("java") is None:
        raise LookupError("apt-get install openjdk-17-jdk-headless brings javac and java.")
    (folder / "Solution.java").write_text(row["prompt"] + code, encoding="utf-8")
    (folder / "Main.java").write_text(_tests(row), encoding="utf-8")
    return ["sh", "-c", "javac Main.java Solution.java && exec java Main"]


def _tests(row: dict[str, Any]) -> str:
    """The row's program with the imports of its prompt, which it relies on."""
    return (
        "".join(f"{line}\n" for line in re.findall(r"^import .*;", row["prompt"], re.MULTILINE)) + row["test"]
    )
