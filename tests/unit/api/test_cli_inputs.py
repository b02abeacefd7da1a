"""Bad input on the command line: each kind has its own sentence, which names the field."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import inputs
from api.cli.main import app
from verifiers.domain import Language, SourceFile
from verifiers.errors import InvalidInput


def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    """Exit code and everything that was printed, on one line."""
    answer = CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)
    return answer.exit_code, " ".join(answer.output.split())


@pytest.mark.parametrize(
    ("arguments", "field", "fix"),
    [
        (["solve", ""], "instruction", "Say what the code should do"),
        (["solve", "   "], "instruction", "is empty"),
        (["solve", "x" * 10_000_000], "instruction", "at most 100,000"),
        (["solve", "a\x00b"], "instruction", "control character"),
        (["solve", "x", "--language", "cobol"], "language", "python, javascript"),
        (["solve", "x", "--attempts", "-1"], "attempts", "greater than or equal to 1"),
        (["solve", "x", "--samples", "0"], "samples", "greater than or equal to 1"),
        (["solve", "x", "--tokens", "-5"], "tokens", "greater than or equal to 1"),
        (["solve", "x", "--seconds", "-5"], "seconds", "greater than 0"),
        (["solve", "x", "--seconds", "nan"], "seconds", "finite"),
        (["solve", "x", "--sandbox", "none"], "sandbox", "docker"),
        (["solve", "x", "--model", "no-such-thing"], "model", "embedded"),
        (["solve", "x", "--tests", "/nowhere/tests.py"], "tests", "cannot be read"),
        (["solve", "x", "--entry-point", "f"], "entry-point", "--tests"),
        (["solve", "x", "-o", "/nowhere/at/all.py"], "output", "Name another file"),
        (["verify", "/nowhere/code.py"], "file", "cannot be read"),
    ],
)
def test_bad_arguments_exit_2_and_name_the_field(arguments: list[str], field: str, fix: str) -> None:
    code, printed = run(*arguments)
    assert code == 2, printed
    assert field in printed
    assert fix in printed
    assert "Traceback" not in printed


def test_tests_that_do_not_parse_are_bad_input(tmp_path: Path) -> None:
    tests = tmp_path / "tests.py"
    tests.write_text("def test_x(:\n")
    code = tmp_path / "solution.py"
    code.write_text("x = 1\n")
    for arguments in (["verify", str(code)], ["solve", "x", "--model", "embedded"]):
        exit_code, printed = run(*arguments, "--tests", str(tests))
        assert exit_code == 2, printed
        assert "tests.py" in printed
        assert "line 1" in printed


def test_tests_over_one_megabyte_are_refused(tmp_path: Path) -> None:
    tests = tmp_path / "tests.py"
    tests.write_text("#" * 1_000_001)
    with pytest.raises(InvalidInput, match="larger than 1,000,000 bytes"):
        inputs.read_tests(tests, None)


def test_binary_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "tests.py"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="not UTF-8 text"):
        inputs.read_tests(path, None)
    path.write_bytes(b"x = 1\x00")
    with pytest.raises(InvalidInput, match="control character"):
        inputs.read_tests(path, None)


def test_the_instruction_can_come_from_stdin() -> None:
    code, printed = run("solve", "-", "--language", "cobol", stdin=b"write something")
    assert code == 2
    assert "cobol" in printed


def test_language_is_told_from_the_suffix_or_refused() -> None:
    assert inputs.language_of((SourceFile(path="A.sol", content="x"),)) is Language.SOLIDITY
    for paths in (["a.txt"], ["a.py", "b.sol"]):
        with pytest.raises(InvalidInput, match="language"):
            inputs.language_of(tuple(SourceFile(path=path, content="x") for path in paths))
