"""HumanEval-X rows as tasks to complete, HumanEvalPack rows as bugs to repair."""

from __future__ import annotations

import re

from models.evaluation.formats.programs import FORMS, PREFIXES
from models.evaluation.formats.rows import Place, Row, text_of
from models.examining import Problem
from verifiers.domain import CodingTask, Language, SourceFile, TestSuite


def human_eval_x(row: Row, place: Place) -> Problem:
    """A row with ``task_id`` (``Go/0``), ``prompt``, ``declaration``, ``test`` and ``canonical_solution``.

    Raises:
        InvalidInput: a field is missing, or its language is none of the six.
    """
    language = _language(row, place)
    form = FORMS[language]
    stub = form.stub(row)
    # A prompt in Python is taken as it is, so that an answer may be the body alone.
    instruction = (
        stub
        if language is Language.PYTHON
        else f"Complete this {form.name} function:\n\n{_fenced(stub, language)}"
    )
    return _problem(row, language, instruction)


def human_eval_pack(row: Row, place: Place) -> Problem:
    """A row of HumanEvalPack in its ``fix`` form: the wrong function, its tests, and the request to mend it.

    Raises:
        InvalidInput: a field is missing, or its language is none of the six.
    """
    language = _language(row, place)
    wrong = FORMS[language].program({**row, "prompt": _undocumented(row, language)}, row["buggy_solution"])
    name = text_of(row, "entry_point", place)
    instruction = (
        f"Fix bugs in `{name}`, so that it passes its tests, and answer with the whole corrected code:\n\n"
        f"{_fenced(wrong, language)}"
    )
    return _problem(row, language, instruction)


def _undocumented(row: Row, language: Language) -> str:
    """The head of the wrong function, without the text that says what it should do.

    As in the benchmark, where tests tell the bug. What a later function of the row needs stays.
    """
    if language in (Language.PYTHON, Language.JAVASCRIPT, Language.JAVA):
        return str(row["declaration"])
    return str(row["prompt"])


def _problem(row: Row, language: Language, instruction: str) -> Problem:
    form = FORMS[language]
    entry = None
    if language is Language.PYTHON:
        entry = row.get("entry_point") or _last_function(row["declaration"])
    suite = TestSuite(
        files=(SourceFile(path=form.tests_path, content=form.tests(row)),),
        entry_point=entry,
    )
    return Problem(
        id=row["task_id"],
        task=CodingTask(language=language, instruction=instruction, tests=suite),
        reference=form.program(row, row["canonical_solution"]),
        family=language.value,
    )


def _last_function(declaration: str) -> str | None:
    names = re.findall(r"^def (\w+)", declaration, re.MULTILINE)
    return names[-1] if names else None


def _language(row: Row, place: Place) -> Language:
    for field in ("prompt", "declaration", "test", "canonical_solution"):
        text_of(row, field, place)
    prefix = text_of(row, "task_id", place).partition("/")[0]
    language = PREFIXES.get(prefix)
    if language is None:
        raise place.wrong(
            f"has the task_id '{row['task_id'][:60]}' and so an unknown language.",
            f"A task_id begins with one of: {', '.join(PREFIXES)}.",
        )
    for field in ("import", "test_setup") if language is Language.GO else ():
        text_of(row, field, place)
    return language


def _fenced(code: str, language: Language) -> str:
    return f"```{language.value}\n{code.strip()}\n```"
