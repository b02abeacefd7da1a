"""``acrisol adversarial``: errors name what is wrong, and nothing is begun before."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.prompts import SMALL_CONTEXT, PromptLimits
from api.cli.adversarial_options import limits_for
from api.cli.main import app

RUNNER = CliRunner()


def run(*arguments: str) -> tuple[int, str]:
    result = RUNNER.invoke(app, ["adversarial", *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_the_attacks_are_listed() -> None:
    code, said = run("attacks", "--language", "python")
    assert code == 0
    assert all(name in said for name in ("weakness", "degrading", "injection", "context", "malicious"))


def test_requests_can_be_read() -> None:
    code, said = run("attacks", "--family", "malicious", "--language", "solidity", "--show")
    assert code == 0
    assert "malicious/solidity-rug-pull/train/0" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("attacks", "--family", "charm"), "family: there is no attack named 'charm'"),
        (("attacks", "--language", "cobol"), "language: 'cobol' is not known"),
        (("mine", "--out", "x", "--language", "rust"), "no attack has a case"),
        (("lean", "--family", "malicious"), "family: no attack among these has two solutions"),
        (("train", "nothing", "--out", "x"), "recipe: there is no recipe 'nothing'"),
        (("evaluate", "--out", "x", "--adapter", "a", "--against", "b"), "against: excludes --adapter"),
        (("evaluate", "--out", "x", "--split", "test"), "suite: is missing"),
        (
            ("evaluate", "--out", "x", "--suite", "humaneval"),
            "data: the suite humaneval is read from a folder",
        ),
    ],
)
def test_bad_input_names_the_field(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ACRISOL_SUITES", raising=False)
    code, output = run(*arguments)
    assert code == 2
    assert said in output
    assert not list(tmp_path.iterdir())


def test_prompts_are_as_long_as_the_agents_for_the_same_model(tmp_path: Path) -> None:
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    assert limits_for("embedded") == limits_for(str(tmp_path / "small.gguf")) == SMALL_CONTEXT
    assert limits_for("http://127.0.0.1:1/v1") == PromptLimits()
