"""``acrisol policy``, and policies and report files on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app

GOOD = """
languages: {python: {require: [semgrep]}}
waive: [mythril]
suppressions:
  - {rule: python.weak-hash, path: 'legacy/**', reason: Names caches., expires: 2999-06-30}
"""


def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, input=stdin, env={"COLUMNS": "200"})
    return result.exit_code, result.output


def test_the_default_is_a_policy() -> None:
    code, shown = run("policy", "show")
    assert code == 0
    assert run("policy", "check", "-", stdin=shown)[0] == 0


def test_a_policy_is_told_in_words() -> None:
    code, said = run("policy", "check", "-", stdin=GOOD)
    assert code == 0, said
    for words in (
        "medium or worse",
        "python.weak-hash",
        "Names caches.",
        "2999-06-30",
        "of mythril accepted",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("require: [semgrap]", "Did you mean 'semgrep'?"),
        ("block_severity: severe", "block_severity"),
        ("- a", "must hold fields"),
        ("a: [", "line"),
    ],
)
def test_a_fault_exits_with_2_and_names_the_fix(text: str, words: str) -> None:
    code, said = run("policy", "check", "-", stdin=text)
    assert code == 2
    assert words in said
    assert "Traceback" not in said


def test_an_expired_suppression_exits_with_1() -> None:
    code, said = run("policy", "check", "-", stdin=GOOD.replace("2999", "2001"))
    assert code == 1
    assert "expired on 2001-06-30" in said


def test_a_file_that_is_not_there_is_bad_input() -> None:
    code, said = run("policy", "check", "/nowhere/policy.yaml")
    assert code == 2
    assert "cannot be read" in said


def test_verify_names_the_fault_of_its_policy(tmp_path: Path) -> None:
    source, policy = tmp_path / "a.py", tmp_path / "policy.yaml"
    source.write_text("x = 1\n")
    policy.write_text("require: [nobody]\n")
    code, said = run("verify", str(source), "--policy", str(policy))
    assert code == 2
    assert "policy.yaml: require.0" in said


@pytest.mark.parametrize("option", ["--sarif", "--junit"])
def test_a_report_that_cannot_be_kept_is_said_before_the_work(tmp_path: Path, option: str) -> None:
    source = tmp_path / "a.py"
    source.write_text("x = 1\n")
    for target in ("/nowhere/out.xml", str(tmp_path)):
        code, said = run("verify", str(source), option, target)
        assert code == 2
        assert option[2:] in said
