from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.page.forms import Faulty, rows, spelt, value
from api.page.task_forms import blank, fields_of, task_of
from verifiers.domain import CodingTask, Policy, Severity, SourceFile, TestSuite
from verifiers.policy_values import Incomplete, Suppression

FULL = CodingTask(
    instruction="Do it.\n\nWell.",
    files=(SourceFile(path="a.py", content="a = 1\n"), SourceFile(path="b.py", content="b = 2\n")),
    tests=TestSuite(files=(SourceFile(path="test_a.py", content="\tassert True\n"),), entry_point="f"),
)


def test_a_task_survives_its_form() -> None:
    assert task_of(fields_of(FULL)) == FULL


@pytest.mark.parametrize(
    "policy",
    [
        Policy(block_severity=Severity.LOW, incomplete=Incomplete.REVIEW, allow_shared_judge=True),
        Policy(require=("bandit",), waive=("semgrep",)),
        Policy(block_unconfirmed=False),
        Policy(suppressions=(Suppression(rule="x", reason="y: # z", expires="2027-01-01"),)),
    ],
)
def test_a_policy_survives_its_form_as_choices_or_as_yaml(policy: Policy) -> None:
    task = FULL.model_copy(update={"policy": policy})
    assert task_of(fields_of(task)) == task


def test_the_blank_form_asks_for_nothing_but_the_defaults() -> None:
    assert task_of({**blank(), "instruction": "x"}) == CodingTask(instruction="x")


def test_a_row_with_a_path_alone_is_no_file() -> None:
    fields = {"instruction": "x", "tests.files.0.path": "test_solution.py", "tests.files.0.content": " \n"}
    assert task_of(fields).tests is None


def test_what_is_wrong_names_the_field_that_it_came_from() -> None:
    fields = {
        "instruction": "x",
        "files.3.path": "../up.py",
        "files.3.content": "x",
        "budget.seconds": "soon",
        "budget.attempts": "0",
    }
    with pytest.raises(Faulty) as caught:
        task_of(fields)
    named = {fault.field for fault in caught.value.faults}
    assert {"budget.seconds", "budget.attempts"} < named


@pytest.mark.parametrize("text", ["block_severity: never", "[", "- 1", "require: [nobody]"])
def test_a_policy_that_is_none_is_told_at_its_field(text: str) -> None:
    with pytest.raises(Faulty) as caught:
        task_of({"instruction": "x", "policy_yaml": text})
    assert [fault.field for fault in caught.value.faults] == ["policy_yaml"]


@given(st.dictionaries(st.text("abfiles.0123_-", max_size=30), st.text(max_size=20), max_size=12))
def test_whatever_names_a_form_has_it_is_a_task_or_faulty(fields: dict[str, str]) -> None:
    with suppress(Faulty):
        assert task_of({**fields, "instruction": "x"}).instruction == "x"
    assert rows(fields, "files")[-1][1:] == ("", "")


def test_fields_that_no_form_has_are_refused() -> None:
    with pytest.raises(Faulty) as caught:
        value(CodingTask, {**spelt(CodingTask(instruction="x")), "tenant": "other"})
    assert "tenant" in {fault.field for fault in caught.value.faults}
