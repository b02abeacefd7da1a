"""HumanEvalPack's C++ rows as tasks, and the plain command for the same program."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from models.evaluation.formats.programs import FORMS
from verifiers.domain import Candidate, CodingTask, Language, SourceFile, TestSuite

_FORM = FORMS[Language.CPP]


def assemble(row: dict[str, Any], code: str) -> tuple[CodingTask, Candidate]:
    """The row as a task, and one of its solutions as a candidate."""
    tests = TestSuite(files=(SourceFile(path="test_solution.cpp", content=_FORM.tests(row)),))
    task = CodingTask(language=Language.CPP, instruction=row["instruction"], tests=tests)
    return task, Candidate(files=(SourceFile(path="solution.cpp", content=_FORM.program(row, code)),))


def plain(row: dict[str, Any], code: str, folder: Path) -> list[str]:
    """Writes the program into ``folder``; the command that compiles and runs it as everybody would.

    Raises:
        LookupError: there is no g++.
    """
    if shutil.which("g++") is None:
        raise LookupError("There is no g++: apt-get install g++")
    source, program = folder / "program.cpp", folder / "program"
    source.write_text(_FORM.program(row, code) + _FORM.tests(row))
    compile_it = f"g++ -std=c++17 -O0 -w {source} -o {program} -lcrypto"
    return ["sh", "-c", f"{compile_it} && {program}"]
