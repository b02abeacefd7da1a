"""Wrong input to the commands of expert iteration and export: a field, a sentence, exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "expert", "none"), "smollm2-mbpp"),
        (("train", "expert", "none.yaml"), "recipe"),
        (("train", "expert", "smollm2-basics", "--rounds", "1"), "two rounds"),
        (("train", "grpo", "none"), "smollm2-grpo"),
        (("model", "export", "x.gguf", "--as", "q4_k_m"), "lora-f16"),
        (("model", "export", "x.bin", "--as", "f16"), "output"),
        (("model", "export", "x.gguf"), "adapter"),
        (("model", "export", "x.gguf", "--base", "a\0b", "--as", "f16"), "base"),
    ],
)
def test_wrong_input_is_named(words: tuple[str, ...], said: str) -> None:
    code, output = run(*words)
    assert code == 2, output
    assert said in output


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    code, output = run("model", "merge", str(tmp_path / "none"), str(tmp_path / "merged"))
    assert code == 3
    assert "adapter_config.json" in output
    assert not (tmp_path / "merged").exists()


def test_a_suite_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, output = run(
        "train", "expert", "smollm2-mbpp", "--data", str(tmp_path), "-o", str(tmp_path / "run")
    )
    assert code == 2, output
    assert "mbpp.jsonl" in output
    assert not (tmp_path / "run").exists()
