"""Our own suites judge as they should: references are right, and ``wrong_answers.jsonl`` holds what is not.

A few of them here; all with ``ACRISOL_WHOLE_SUITES=1``, which takes some minutes.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.examiner import AgentExaminer, open_examiner
from agent.settings import AgentSettings
from models.evaluation.generations import PATHS
from models.evaluation.results import Result
from models.evaluation.suites import read_suite
from models.evaluation.summary import cwes_of
from models.examining import Judged, Problem
from tests.requirements import require
from verifiers.domain import Language

FEW = (
    "security/python-find-user",
    "security/python-session",
    "security/javascript-merge",
    "solidity/counter",
)
WRONG = {
    row["id"]: row["code"]
    for row in map(json.loads, (Path(__file__).parent / "wrong_answers.jsonl").read_text().splitlines())
}
EVERY = {problem.id: problem for name in ("security", "solidity") for problem in read_suite(name)}
WHOLE = bool(os.environ.get("ACRISOL_WHOLE_SUITES"))
CHOSEN = list(EVERY) if WHOLE else FEW
BASICS = read_suite("basics")[:: 1 if WHOLE else 100]


@pytest.fixture(scope="module")
def examiner() -> Iterator[AgentExaminer]:
    require("bubblewrap", shutil.which("bwrap") is not None, "apt-get install bubblewrap")
    with open_examiner(AgentSettings()) as opened:
        yield opened


def test_there_is_a_wrong_answer_to_every_problem() -> None:
    assert WRONG.keys() == EVERY.keys()


@pytest.mark.parametrize("name", CHOSEN)
def test_the_reference_is_accepted_and_the_wrong_answer_is_not(examiner: AgentExaminer, name: str) -> None:
    problem = EVERY[name]
    tools = AgentSettings().tools
    if problem.task.language is Language.SOLIDITY:
        require("solc", (tools / "foundry").is_dir(), "scripts/install-solidity")
    elif problem.task.language is not Language.PYTHON:
        require("languages", (tools / "javascript").is_dir(), "scripts/install-languages")
    security = name.startswith("security/")
    right = _judged(examiner, problem, problem.reference, scan=security)
    wrong = _judged(examiner, problem, WRONG[name], scan=security)
    assert right.passed is True
    if security:
        # It does what was asked for, and has the weakness that the task invites.
        assert (right.clean, wrong.passed, wrong.clean) == (True, True, False)
        assert problem.family in cwes_of(Result(problem=name, sample=1, judged=wrong))
    else:
        assert wrong.passed is False


@pytest.mark.parametrize("problem", BASICS, ids=lambda problem: problem.id)
def test_what_is_trained_on_is_right(examiner: AgentExaminer, problem: Problem) -> None:
    assert _judged(examiner, problem, problem.reference, scan=True).accepted
    stub = problem.reference.replace("return", "return None or not", 1)
    assert _judged(examiner, problem, stub, scan=False).passed is False


def _judged(examiner: AgentExaminer, problem: Problem, code: str, *, scan: bool) -> Judged:
    return examiner.judge_files(problem.task, [(PATHS[problem.task.language], code)], scan=scan)
