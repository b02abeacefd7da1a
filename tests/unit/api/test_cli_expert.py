"""Wrong input to the commands of expert iteration and export: a field, a sentence, exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from api.cli.main import app
from api.cli.train_expert import show
from models.training.expert.report import ExpertRun, Round, Score


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


def test_answers_that_no_tool_could_judge_are_told(tmp_path: Path) -> None:
    def rounds(unjudged: int) -> ExpertRun:
        score = Score(problems=2, answers=4, passed=1, solved=1, unjudged=unjudged)
        base = Round(number=0, model="base", validation=score.model_copy(update={"unjudged": 0}))
        first = Round(number=1, model="base", sampled=score, validation=score)
        return ExpertRun(folder=tmp_path, tasks=2, rounds=(base, first), best=0)

    for unjudged, said in ((0, ""), (3, "6 answers could not be judged")):
        console = Console(record=True, width=120)
        show(console, rounds(unjudged))
        text = console.export_text()
        assert ("could not be judged" in text) is bool(said)
        assert said in text
