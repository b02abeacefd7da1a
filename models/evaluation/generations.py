"""Files of answers that a model once gave, in the forms in which they are published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from models.evaluation.formats.rows import Place, Row, read_rows
from models.evaluation.results import Generation
from models.examining import Problem
from verifiers.domain import Language
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input

PATHS = {  # of code for which an answer gives no file name
    Language.PYTHON: "solution.py",
    Language.JAVASCRIPT: "solution.js",
    Language.JAVA: "Solution.java",
    Language.GO: "solution.go",
    Language.C: "solution.c",
    Language.CPP: "solution.cpp",
    Language.TYPESCRIPT: "solution.ts",
    Language.BASH: "solution.sh",
    Language.RUST: "solution.rs",
    Language.SOLIDITY: "Contract.sol",
}
_DEFINED = re.compile(r"^[ \t]*def[ \t]+(\w+)", re.MULTILINE)
_LISTS = ("samples", "completions", "answers", "solutions")


def read_generations(path: Path, problems: Sequence[Problem]) -> list[Generation]:
    """The answers in a JSONL file to problems of a suite; answers to other problems are left out.

    A row names its problem by ``task_id`` (or ``problem``), or by a ``prompt`` that ends in the function that
    the problem asks for, as CodeT's files do. Its answers are

    - ``completion``, or a list ``samples`` or ``completions``: what comes after the prompt;
    - ``solution``, ``answer``, or a list ``solutions`` or ``answers``: a model's answer, whole or a body;
    - a line of a run's own ``generations.jsonl``.

    Several rows of one problem are several samples.

    Raises:
        InvalidInput: a row is in no such form, or there is no answer to any of the problems.
    """
    known = {problem.id: problem for problem in problems}
    by_function = _by_function(problems)
    found: dict[str, list[Generation]] = {}
    for place, row in read_rows(path, "generations"):
        problem = _problem_of(row, place, known, by_function)
        if problem is None:
            continue
        mine = found.setdefault(problem.id, [])
        for each in _answers(row, place, problem):
            mine.append(each.model_copy(update={"problem": problem.id, "sample": len(mine) + 1}))
    if not found:
        raise InvalidInput(
            "generations",
            f"{path} holds no answer to any problem of the suite.",
            "Its rows name problems by task_id, such as HumanEval/0.",
        )
    return [each for mine in found.values() for each in mine]


def _by_function(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Problems by the function they ask for; a few names are asked for twice."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        name = problem.task.tests.entry_point if problem.task.tests else None
        if name:
            found.setdefault(name, []).append(problem)
    return found


def _problem_of(
    row: Row, place: Place, known: dict[str, Problem], by_function: dict[str, list[Problem]]
) -> Problem | None:
    name = row.get("task_id", row.get("problem"))
    if isinstance(name, int):
        name = f"MBPP/{name}"
    if isinstance(name, str):
        return known.get(name)
    prompt = row.get("prompt")
    if not isinstance(prompt, str):
        raise place.wrong("names no problem.", "It needs a task_id, or a prompt.")
    functions = _DEFINED.findall(prompt)
    candidates = by_function.get(functions[-1], []) if functions else []
    same = [each for each in candidates if each.task.instruction.strip() == prompt.strip()]
    if len(same) == 1 or len(candidates) < 2:
        return next(iter(same or candidates), None)
    # Of problems with functions of the same name, the files have the first one first.
    return candidates.pop(0)


def _answers(row: Row, place: Place, problem: Problem) -> Iterator[Generation]:
    if "problem" in row and "sample" in row:
        try:
            yield Generation.model_validate(row)
        except ValidationError as error:
            wrong = invalid_input(error)
            raise place.wrong(f"is no line of a run's answers: {wrong.field} {wrong.message}.") from error
        return
    for field in ("completion", "solution", "answer", *_LISTS):
        if field not in row:
            continue
        texts = row[field] if field in _LISTS else [row[field]]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise place.wrong(f"has no text in the field '{field}'.")
        for text in texts:
            yield _generation(row, problem, field, text)
        return
    raise place.wrong("holds no answer.", "It needs a field completion, solution, answer, samples, ...")


def _generation(row: Row, problem: Problem, field: str, text: str) -> Generation:
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    bare = Generation(problem=problem.id, sample=1, model=str(row.get("model", ""))[:200])
    if field in ("completion", "samples", "completions"):
        prompt = row["prompt"] if isinstance(row.get("prompt"), str) else problem.task.instruction
        path = PATHS.get(problem.task.language, "solution.txt")
        return bare.model_copy(update={"code": ((path, prompt + text),)})
    return bare.model_copy(update={"answer": text})
