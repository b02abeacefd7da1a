"""HumanEval, HumanEval+, MBPP and MBPP+ rows as problems."""

from __future__ import annotations

from models.evaluation.formats.plus import mbpp_plus_tests, plus_tests
from models.evaluation.formats.rows import Place, Row, text_of, texts_of
from models.examining import Problem
from verifiers.domain import CodingTask, SourceFile, TestSuite

TESTS = "test_solution.py"
# Google's release: 10 for few-shot prompts, 500 to test, 90 to validate, 374 to train.
MBPP_SPLITS = {"prompt": (1, 10), "test": (11, 510), "validation": (511, 600), "train": (601, 974)}


def human_eval(row: Row, place: Place) -> Problem:
    """A row with ``task_id``, ``prompt``, ``entry_point``, ``test`` and maybe ``canonical_solution``.

    With ``plus_input`` it is one of HumanEval+, whose inputs are tested too.

    Raises:
        InvalidInput: a field is missing.
    """
    prompt, entry_point = text_of(row, "prompt", place), text_of(row, "entry_point", place)
    tests = "" if "plus_input" in row and "test" not in row else text_of(row, "test", place)
    reference = row.get("canonical_solution")
    if "plus_input" in row:
        text_of(row, "canonical_solution", place)
        tests = plus_tests(row)
    return _problem(
        text_of(row, "task_id", place),
        prompt,
        tests,
        prompt + reference if isinstance(reference, str) else "",
        entry_point,
    )


def mbpp(row: Row, place: Place) -> Problem:
    """A row as in Google's release, or of the sanitized file (``prompt`` and ``test_imports``).

    Raises:
        InvalidInput: a field is missing.
    """
    number = row.get("task_id")
    if isinstance(number, bool) or not isinstance(number, int):
        raise place.wrong("has no number in the field 'task_id'.", "MBPP's rows are numbered from 1.")
    asserts = texts_of(row, "test_list", place)
    if not asserts:
        raise place.wrong("has an empty field 'test_list'.")
    setup = text_of({"test_setup_code": "", **row}, "test_setup_code", place)
    challenges = texts_of(row, "challenge_test_list", place)
    parts = [*texts_of(row, "test_imports", place), setup, *asserts, *challenges]
    tests = "\n".join(part for part in parts if part.strip()) + "\n"
    text = text_of(row, "text" if "text" in row else "prompt", place)
    # The file's code has the line ends and tabs that its authors typed.
    reference = text_of(row, "code", place).replace("\r\n", "\n")
    return _problem(f"MBPP/{number}", text.strip(), tests.replace("\r\n", "\n"), reference, None)


def mbpp_plus(row: Row, place: Place) -> Problem:
    """A row of MBPP+, with inputs instead of asserts.

    Raises:
        InvalidInput: a field is missing.
    """
    prompt, entry_point = text_of(row, "prompt", place), text_of(row, "entry_point", place)
    reference = text_of(row, "canonical_solution", place)
    text_of(row, "assertion", place)
    task_id = text_of(row, "task_id", place)
    instruction = prompt.strip().strip('"').strip()
    return _problem(task_id, instruction, mbpp_plus_tests(row), reference.strip() + "\n", entry_point)


def mbpp_split(problem: Problem) -> str:
    """Which of Google's splits an MBPP or MBPP+ problem belongs to; empty for none."""
    suite, _, number = problem.id.rpartition("/")
    if suite.lower() != "mbpp" or not number.isdecimal():
        return ""
    found = (name for name, (first, last) in MBPP_SPLITS.items() if first <= int(number) <= last)
    return next(found, "")


def _problem(name: str, instruction: str, tests: str, reference: str, entry_point: str | None) -> Problem:
    suite = TestSuite(files=(SourceFile(path=TESTS, content=tests),), entry_point=entry_point)
    return Problem(id=name, task=CodingTask(instruction=instruction, tests=suite), reference=reference)
