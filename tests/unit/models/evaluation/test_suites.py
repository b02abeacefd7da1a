from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from models.evaluation.formats import rows
from models.evaluation.suites import SUITES, read_suite, spread
from verifiers.domain import Language
from verifiers.errors import InvalidInput

HUMAN_EVAL: dict[str, Any] = {
    "task_id": "HumanEval/0",
    "prompt": 'def add(a, b):\n    """Add."""\n',
    "entry_point": "add",
    "canonical_solution": "    return a + b\n",
    "test": "def check(candidate):\n    assert candidate(1, 2) == 3\n",
}
PLUS = {**HUMAN_EVAL, "base_input": [[1, 2]], "plus_input": [[5, 6]], "atol": 0}
MBPP: dict[str, Any] = {
    "task_id": 11,
    "text": "Write a function add.",
    "code": "def add(a, b):\r\n\treturn a + b",
    "test_setup_code": "X = 1",
    "test_list": ["assert add(1, 2) == 3"],
    "challenge_test_list": ["assert add(0, 0) == 0"],
}
MBPP_PLUS = {**PLUS, "task_id": "Mbpp/11", "assertion": "assert add(1, 2) == 3"}
GO: dict[str, Any] = {
    "task_id": "Go/0",
    "prompt": "// Add adds.\nfunc Add(a int, b int) int {\n",
    "declaration": "\nfunc Add(a int, b int) int {\n",
    "import": "",
    "test_setup": 'package main\nimport (\n"testing"\n)',
    "canonical_solution": "    return a + b\n}\n",
    "test": "func TestAdd(t *testing.T) { if Add(1, 2) != 3 { t.Fail() } }\n",
}
PACK = {**GO, "buggy_solution": "    return a - b\n}\n", "entry_point": "Add"}


def written(path: Path, *wanted: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in wanted)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def test_a_humaneval_row(tmp_path: Path) -> None:
    (problem,) = read_suite(written(tmp_path / "a.jsonl", HUMAN_EVAL))
    assert problem.id == "HumanEval/0"
    assert problem.task.instruction == HUMAN_EVAL["prompt"]
    assert problem.task.tests is not None
    assert problem.task.tests.entry_point == "add"
    assert problem.reference.endswith('"""Add."""\n    return a + b\n')


def test_a_plus_row_tests_its_inputs_too_and_runs_nothing_here(tmp_path: Path) -> None:
    row = {**PLUS, "canonical_solution": "    return a + b\nraise SystemExit('ran')\n"}
    (problem,) = read_suite(written(tmp_path / "a.jsonl.gz", row))
    assert problem.task.tests is not None
    code = problem.task.tests.files[0].content
    space: dict[str, Any] = {}
    exec(code.replace("raise SystemExit", "#"), space)
    space["check"](lambda a, b: a + b)
    with pytest.raises(AssertionError, match=r"\[5, 6\]"):
        space["check"](lambda a, b: a + b if (a, b) == (1, 2) else 0)


def test_an_mbpp_row_has_all_its_asserts_and_unix_lines(tmp_path: Path) -> None:
    (problem,) = read_suite(written(tmp_path / "a.jsonl", MBPP))
    assert problem.id == "MBPP/11"
    assert problem.task.tests is not None
    assert problem.task.tests.files[0].content == "X = 1\nassert add(1, 2) == 3\nassert add(0, 0) == 0\n"
    assert problem.reference == "def add(a, b):\n\treturn a + b"


def test_mbpp_plus_gives_tuples_where_the_assertion_has_them(tmp_path: Path) -> None:
    row = {
        **MBPP_PLUS,
        "assertion": "assert add((1, 2), [3]) == 6",
        "canonical_solution": "def add(a, b):\n    return sum(a) + b[0] if type(a) is tuple else 0\n",
        "base_input": [[[1, 2], [3]]],
        "plus_input": [],
    }
    (problem,) = read_suite(written(tmp_path / "a.jsonl", row))
    assert problem.task.tests is not None
    space: dict[str, Any] = {}
    exec(problem.task.tests.files[0].content, space)
    space["check"](lambda a, b: 6 if type(a) is tuple else None)
    with pytest.raises(AssertionError):
        space["check"](lambda a, b: 0)


@pytest.mark.parametrize(("split", "ids"), [("test", [11]), ("train", [601]), (None, [11, 601, 511])])
def test_mbpp_splits_are_googles(tmp_path: Path, split: str | None, ids: list[int]) -> None:
    many = [{**MBPP, "task_id": number} for number in (11, 601, 511)]
    path = written(tmp_path / "mbpp" / "mbpp.jsonl", *many).parent.parent
    assert [problem.id for problem in read_suite("mbpp", split=split, data=path)] == [
        f"MBPP/{number}" for number in ids
    ]


def test_a_split_of_what_has_none_is_an_error_and_the_test_split_is_the_whole(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", HUMAN_EVAL)
    assert len(read_suite(path, split="test")) == 1
    with pytest.raises(InvalidInput, match="no split"):
        read_suite(path, split="train")
    with pytest.raises(InvalidInput, match="no split"):
        read_suite(written(tmp_path / "b.jsonl", MBPP), split="dev")


def test_a_file_of_mbpp_plus_has_splits_too_and_other_rows_are_in_none(tmp_path: Path) -> None:
    plus = [{**MBPP_PLUS, "task_id": f"Mbpp/{number}"} for number in (11, 601)]
    path = written(tmp_path / "a.jsonl", *plus, {**HUMAN_EVAL, "task_id": "HumanEval/12"})
    assert [problem.id for problem in read_suite(path, split="test")] == ["Mbpp/11"]
    assert [problem.id for problem in read_suite(path, split="train")] == ["Mbpp/601"]


def test_a_split_without_a_problem_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no problem of the split 'train'"):
        read_suite(written(tmp_path / "a.jsonl", MBPP), split="train")


def plus_check(tmp_path: Path, name: str, reference: str, given: object) -> Any:
    row = {
        **MBPP_PLUS,
        "entry_point": name,
        "assertion": f"assert {name}({given!r})",
        "canonical_solution": reference,
        "base_input": [[given]],
        "plus_input": [],
    }
    (problem,) = read_suite(written(tmp_path / f"{name}.jsonl", row))
    assert problem.task.tests is not None
    space: dict[str, Any] = {}
    exec(problem.task.tests.files[0].content, space)
    return space["check"]


def test_a_match_is_right_only_where_the_reference_matches(tmp_path: Path) -> None:
    reference = "import re\ndef check_str(text):\n    return re.search('^a', text)\n"
    match = re.match("x", "x")
    plus_check(tmp_path, "check_str", reference, "a")(lambda text: match)
    plus_check(tmp_path, "check_str", reference, "a")(lambda text: True)
    for given, got in (("a", None), ("a", False), ("b", match), ("b", type("Match", (), {})())):
        with pytest.raises(AssertionError):
            plus_check(tmp_path, "check_str", reference, given)(lambda text, got=got: got)
    with pytest.raises(AssertionError):
        plus_check(tmp_path, "add", "def add(a):\n    return a\n", 1)(lambda a: match)


def test_where_mbpp_plus_asks_for_a_set_the_order_is_free(tmp_path: Path) -> None:
    reference = "def {name}(values):\n    return list(values)\n"
    check = plus_check(tmp_path, "Diff", reference.format(name="Diff"), [1, 2])
    check(lambda values: (2, 1))
    for wrong in ([1], [1, 2, 3], None):
        with pytest.raises(AssertionError):
            check(lambda values, wrong=wrong: wrong)
    with pytest.raises(AssertionError):
        plus_check(tmp_path, "add", reference.format(name="add"), [1, 2])(lambda values: [2, 1])


def test_humaneval_x_and_the_pack_hold_whole_programs(tmp_path: Path) -> None:
    complete, repair = read_suite(written(tmp_path / "a.jsonl", GO, {**PACK, "task_id": "Go/1"}))
    assert complete.task.language is Language.GO
    assert complete.reference.startswith("package main\n")
    assert complete.task.tests is not None
    assert 'import "testing"' in complete.task.tests.files[0].content
    assert "Complete" in complete.task.instruction
    assert "return a - b" not in complete.task.instruction
    assert "Fix bugs in `Add`" in repair.task.instruction
    assert "return a - b" in repair.task.instruction
    assert "return a + b" not in repair.task.instruction
    assert repair.family == "go"


def test_our_own_format_is_a_problem_and_nothing_more(tmp_path: Path) -> None:
    row = {"id": "x", "task": {"instruction": "Do it."}, "family": "CWE-1"}
    assert read_suite(written(tmp_path / "a.jsonl", row))[0].family == "CWE-1"
    with pytest.raises(InvalidInput, match=r"a\.jsonl line 1 is no task: task\.shell"):
        read_suite(written(tmp_path / "a.jsonl", {**row, "task": {"instruction": "Do it.", "shell": "x"}}))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({**HUMAN_EVAL, "test": None}, "no field 'test'"),
        ({**HUMAN_EVAL, "prompt": 5}, "a int and no text in the field 'prompt'"),
        ({**HUMAN_EVAL, "entry_point": "os; import x"}, "no task: entry_point"),
        ({**MBPP, "task_id": True}, "no number"),
        ({**MBPP, "test_list": []}, "empty field 'test_list'"),
        ({**MBPP, "test_setup_code": ["x"]}, "no text in the field 'test_setup_code'"),
        ({**MBPP, "test_list": [1]}, "no list of texts"),
        ({**PLUS, "base_input": 5}, "cannot be read"),
        ({**MBPP_PLUS, "assertion": "assert ("}, "cannot be read"),
        ({**GO, "task_id": "Cobol/1"}, "unknown language"),
        ({**GO, "import": None}, "no field 'import'"),
        ({"question": "?"}, "no format that is known"),
        ({**HUMAN_EVAL, "prompt": "a\x00b"}, "control character"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path: Path, bad: dict[str, Any], said: str) -> None:
    path = written(tmp_path / "suite.jsonl", {**HUMAN_EVAL, "task_id": "first"}, bad)
    with pytest.raises(InvalidInput, match=said) as caught:
        read_suite(path)
    assert f"{path} line 2" in str(caught.value)


@pytest.mark.parametrize("line", ["{", "[1]", '"x"', "[" * 100_000, "\xff"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(json.dumps(HUMAN_EVAL).encode() + b"\n\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(InvalidInput, match="line 3"):
        read_suite(path)


def test_an_id_must_not_come_twice(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="line 2 has the id 'HumanEval/0' again"):
        read_suite(written(tmp_path / "a.jsonl", HUMAN_EVAL, HUMAN_EVAL))


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_LINE_BYTES", 1000)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * 1_000_000))
    with pytest.raises(InvalidInput, match="beyond what is read"):
        read_suite(path)
    monkeypatch.setattr(rows, "MAX_FILE_BYTES", 100)
    path.write_bytes(gzip.compress(b"\n" * 1_000))
    with pytest.raises(InvalidInput, match="beyond what is read"):
        read_suite(path)


@pytest.mark.parametrize(
    "content", [b"not gzip", gzip.compress(b"{}\n" * 1000)[:-20]], ids=["not an archive", "cut off"]
)
def test_a_damaged_archive_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"a\.jsonl\.gz"):
        read_suite(path)


def test_names_are_looked_for_packed_or_not_and_beside_each_other(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="ACRISOL_SUITES"):
        read_suite("humaneval")
    with pytest.raises(InvalidInput, match=r"holds no humaneval/HumanEval\.jsonl\.gz"):
        read_suite("humaneval", data=tmp_path)
    written(tmp_path / "HumanEval.jsonl", HUMAN_EVAL)
    assert len(read_suite("HumanEval", data=tmp_path)) == 1


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"neither a suite nor a file.*humaneval\+"):
        read_suite("humanevil")


@pytest.mark.parametrize(("name", "least"), [("solidity", 12), ("security", 20), ("basics", 1000)])
def test_own_suites_come_with_the_package(name: str, least: int) -> None:
    problems = read_suite(name)
    assert len(problems) >= least
    assert len({problem.id for problem in problems}) == len(problems)
    assert all(problem.reference and problem.task.tests and problem.family for problem in problems)
    if name == "security":
        assert len({problem.family for problem in problems}) >= 12
    assert SUITES[name].packaged


def test_problems_are_spread_over_the_suite() -> None:
    problems = read_suite("solidity")[:9]
    assert [problems.index(problem) for problem in spread(problems, 4)] == [0, 2, 4, 6]
    assert spread(problems, 99) == problems
