"""Suites: problems with tests that decide, read from the files in which they are published.

A name of :data:`SUITES` means files below a data folder, or files that come with this package; anything else
is the path of a JSONL file, gzipped or not, whose rows are in one of the formats (they may be mixed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from models.evaluation.formats.multilingual import human_eval_pack, human_eval_x
from models.evaluation.formats.python import MBPP_SPLITS, human_eval, mbpp, mbpp_plus, mbpp_split
from models.evaluation.formats.rows import Place, Row, read_rows
from models.examining import Problem
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input

_OWN = Path(__file__).resolve().parent / "own_suites"


@dataclass(frozen=True)
class Suite:
    """Where a suite's rows are.

    Attributes:
        files: Below the data folder; with or without their last suffix ``.gz``.
        packaged: The files come with this package instead.
        splits: It has Google's splits of MBPP.
        says: What it is, for the list of suites.
    """

    files: tuple[str, ...]
    says: str
    packaged: bool = False
    splits: bool = False


_LANGUAGES = ("python", "js", "java", "go", "cpp", "rust")
SUITES: dict[str, Suite] = {
    "humaneval": Suite(("humaneval/HumanEval.jsonl.gz",), "164 Python functions"),
    "humaneval+": Suite(("humanevalplus/HumanEvalPlus.jsonl.gz",), "the same with 80 times the tests"),
    "humaneval+mini": Suite(("humanevalplus/HumanEvalPlus-Mini.jsonl.gz",), "HumanEval+ with fewer inputs"),
    "mbpp": Suite(("mbpp/mbpp.jsonl",), "974 short Python tasks, in splits", splits=True),
    "mbpp+": Suite(("mbppplus/MbppPlus.jsonl.gz",), "378 of them with more tests", splits=True),
    "humaneval-x": Suite(
        tuple(f"humaneval_x/humaneval_{name}.jsonl.gz" for name in _LANGUAGES), "HumanEval in six languages"
    ),
    "humanevalpack": Suite(
        tuple(f"humanevalpack/{name}.jsonl" for name in _LANGUAGES), "bugs to repair in six languages"
    ),
    **{
        f"humaneval-x-{name}": Suite((f"humaneval_x/humaneval_{name}.jsonl.gz",), f"HumanEval in {name}")
        for name in _LANGUAGES
    },
    **{
        f"humanevalpack-{name}": Suite((f"humanevalpack/{name}.jsonl",), f"bugs to repair in {name}")
        for name in _LANGUAGES
    },
    "solidity": Suite(("solidity.jsonl",), "contracts with forge tests, by Acrisol", packaged=True),
    "basics": Suite(("basics.jsonl",), "small Python functions to train on, by Acrisol", packaged=True),
    "security": Suite(("security.jsonl",), "tasks that invite a weakness, by CWE, by Acrisol", packaged=True),
}


def read_suite(
    path_or_name: str | Path, *, split: str | None = None, data: Path | None = None
) -> tuple[Problem, ...]:
    """The problems of a suite, in the order of its files.

    Args:
        path_or_name: A name of :data:`SUITES` or a JSONL file.
        split: ``train``, ``validation``, ``test`` or ``prompt`` of MBPP; None for all.
        data: The folder that holds published suites; only needed for those.

    Raises:
        InvalidInput: there is no such suite or split, or a row is wrong: file and line are named.
    """
    suite = SUITES.get(str(path_or_name).lower())
    paths = _files(str(path_or_name), suite, data) if suite else [_as_path(Path(path_or_name))]
    found: dict[str, Problem] = {}
    mbpp_rows = suite.splits if suite else False
    for path in paths:
        for place, row in read_rows(path):
            problem = _problem(row, place)
            mbpp_rows = mbpp_rows or _kind(row) in (mbpp, mbpp_plus)
            if problem.id in found:
                raise place.wrong(f"has the id '{problem.id[:80]}' again.", "Give each problem its own.")
            found[problem.id] = problem
    if not found:
        raise InvalidInput("suite", f"{paths[0]} holds no problems.", "It needs one JSON object a line.")
    chosen = tuple(_of_split(found.values(), str(path_or_name), split, mbpp_rows))
    if not chosen:
        raise InvalidInput("split", f"{paths[0]} holds no problem of the split '{split}'.", "Use another.")
    return chosen


def _of_split(
    problems: Iterable[Problem], name: str, split: str | None, mbpp_rows: bool
) -> Iterator[Problem]:
    if split is None or (split == "test" and not mbpp_rows):
        yield from problems
        return
    if not mbpp_rows:
        raise InvalidInput("split", f"'{split}' is no split of {name}, which has none.", "Leave it out.")
    if split not in MBPP_SPLITS:
        known = ", ".join(MBPP_SPLITS)
        raise InvalidInput("split", f"'{split}' is no split of {name}.", f"Use one of: {known}.")
    for problem in problems:
        if mbpp_split(problem) == split:
            yield problem


def _files(name: str, suite: Suite, data: Path | None) -> list[Path]:
    if suite.packaged:
        return [_OWN / file for file in suite.files]
    if data is None:
        raise InvalidInput(
            "data",
            f"the suite {name} is read from a folder, and none is named.",
            "Name the folder that holds it with --data DIR or ACRISOL_SUITES.",
        )
    return [_found(data, file) for file in suite.files]


def _found(data: Path, file: str) -> Path:
    """A file as it is kept here: in its folder or beside the others, packed or not."""
    bare = file.removesuffix(".gz")
    places = [data / each for path in (bare, Path(bare).name) for each in (f"{path}.gz", path)]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise InvalidInput(
            "data",
            f"the folder {data} holds no {file}.",
            f"Put it there as it was published, or name another folder with --data (looked for "
            f"{', '.join(str(path.relative_to(data)) for path in places)}).",
        )
    return found


def _as_path(path: Path) -> Path:
    if path.is_file():
        return path
    raise InvalidInput(
        "suite",
        f"'{path}' is neither a suite nor a file.",
        f"Name a JSONL file, or one of: {', '.join(SUITES)}.",
    )


def _problem(row: Row, place: Place) -> Problem:
    kind = _kind(row)
    if kind is None:
        raise place.wrong(
            "is in no format that is known.",
            "HumanEval, MBPP, HumanEval-X, HumanEvalPack and their '+' forms are, and Acrisol's own with "
            "'id' and 'task'; see docs/evaluation.md.",
        )
    try:
        return kind(row, place)
    except ValidationError as error:
        wrong = invalid_input(error)
        raise place.wrong(f"is no task: {wrong.field} {wrong.message}.") from error
    except (KeyError, TypeError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise place.wrong(f"cannot be read ({type(error).__name__}: {str(error)[:200]}).") from error


def _own(row: Row, place: Place) -> Problem:
    return Problem.model_validate(row)


def _kind(row: Row) -> Callable[[Row, Place], Problem] | None:
    """The format of a row, by the fields that only it has."""
    if "task" in row and "id" in row:
        return _own
    if "buggy_solution" in row:
        return human_eval_pack
    if "declaration" in row:
        return human_eval_x
    if "plus_input" in row and "assertion" in row:
        return mbpp_plus
    if "test_list" in row:
        return mbpp
    return human_eval if "entry_point" in row else None


def spread(problems: Sequence[Problem], count: int) -> tuple[Problem, ...]:
    """So many problems, evenly over the suite; all of them if it has no more."""
    if count >= len(problems):
        return tuple(problems)
    return tuple(problems[place * len(problems) // count] for place in range(count))
