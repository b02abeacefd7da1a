"""``acrisol train`` on a machine without torch: plans work, and what does not says what is missing."""

from __future__ import annotations

import json
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from api.cli.main import app
from api.cli.rendering import duration
from api.cli.train_view import TrainingProgress, show_run
from models.training.progress import Progress, TrainedRun
from models.training.recipe import Recipe
from models.training.recipe_file import read_recipe


def run(*arguments: str, columns: int = 100) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["train", *arguments], env={"COLUMNS": str(columns)})
    return result.exit_code, result.output


@pytest.mark.parametrize("name", ["llama3-8b-lora", "llama3-70b-qlora", "smollm2-cpu"])
def test_a_plan_needs_no_weights_and_no_libraries(name: str) -> None:
    code, said = run(name, "--plan", "--rows", "20000", "--tokens-a-row", "400")
    assert code == 0, said
    for words in ("20,000 rows of 400 tokens", "h100-80gb", "weights", "$"):
        assert words in said


def test_options_may_stand_before_the_recipe() -> None:
    code, said = run("--plan", "--json", "llama3-8b-lora", "--rows", "1000")
    assert code == 0, said
    assert json.loads(said)["parameters"] == 8_030_261_248


def test_a_price_changes_the_cost_and_nothing_else() -> None:
    def dollars(*price: str) -> dict[str, float]:
        _, said = run("llama3-8b-lora", "--plan", "--json", "--rows", "10000", *price)
        return {line["device"]["name"]: line["dollars"] for line in json.loads(said)["lines"]}

    plain, dear = dollars(), dollars("--price", "h100-80gb=40")
    assert dear["h100-80gb"] == pytest.approx(10 * plain["h100-80gb"])
    assert dear["a10g"] == plain["a10g"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing-of-the-kind",), "there is no recipe"),
        (("/nowhere/recipe.yaml", "--plan"), "cannot be read"),
        (("llama3-8b-lora", "--plan", "--price", "h101=3"), "there is no GPU 'h101'"),
        (("llama3-8b-lora", "--plan", "--price", "h100-80gb=-3"), "is no price"),
        (("llama3-8b-lora", "--plan", "--price", "h100-80gb=nan"), "is no price"),
        (("llama3-8b-lora", "--plan", "--price", "h100-80gb=inf"), "is no price"),
        (("llama3-8b-lora", "--plan", "--tokens-a-row", "400"), "--rows"),
        (("smollm2-cpu", "--rows", "400"), "--plan"),
        (("smollm2-cpu", "--price", "a10g=1"), "--plan"),
        (("smollm2-cpu", "--launch", "ddp", "--dry-run"), "--launch"),
        (("smollm2-cpu", "--plan", "--dry-run"), "--dry-run"),
        (("smollm2-cpu", "--plan", "--launch", "ddp"), "--launch"),
        (("smollm2-cpu", "--plan", "-o", "out"), "--output"),
        (("smollm2-cpu", "--dry-run", "-o", "out"), "--output"),
        (("smollm2-cpu", "--plan", "--data", "rows.jsonl", "--rows", "5"), "--rows"),
        (("smollm2-cpu", "--plan", "--model", ""), "model: is empty"),
        (("smollm2-cpu", "--model", " "), "model: is empty"),
        (
            ("llama3-70b-qlora", "--plan", "--rows", "1000", "--tokens-a-row", "100000"),
            "above data.max_tokens",
        ),
        (("llama3-8b-lora", "--plan", "--model", "someone/unknown"), "its size is not known"),
        (("llama3-8b-lora", "--plan", "--data", "/nowhere/rows.jsonl"), "No such file"),
    ],
)
def test_bad_input_is_said_in_a_sentence(arguments: tuple[str, ...], says: str) -> None:
    code, said = run(*arguments)
    assert code == 2, said
    assert says in said
    assert "Try:" in said


def test_an_empty_file_gets_no_plan(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    code, said = run("smollm2-cpu", "--plan", "--data", str(tmp_path / "empty.jsonl"))
    assert code == 2, said
    assert "no row to learn from" in said


@pytest.mark.parametrize("name", ["llama3-8b-lora", "llama3-70b-qlora", "smollm2-cpu"])
@pytest.mark.parametrize("rows", ["1", "20000", "1000000000"])
def test_a_plan_is_whole_in_eighty_columns(name: str, rows: str) -> None:
    code, said = run(name, "--plan", "--rows", rows, columns=80)
    assert code == 0, said
    assert "…" not in said
    table = [line for line in said.splitlines() if line.startswith(("│", "┃"))]
    assert max(map(len, table)) <= 80
    assert any("weights" in line for line in table)


@pytest.mark.parametrize("option", ["--rows", "--tokens-a-row"])
def test_a_plan_of_more_than_there_can_be_is_refused(option: str) -> None:
    code, said = run("smollm2-cpu", "--plan", "--rows", "1", option, "1" + "0" * 12)
    assert code == 2, said
    assert "less than or equal to" in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (90, "90 s"),
        (600, "10 min"),
        (36_000, "10.0 h"),
        (8 * 86_400, "8.0 days"),
        (200 * 86_400, "200 days"),
        (5e9, "158 years"),
        (5e12, "158k years"),
    ],
)
def test_a_duration_is_said_shortly(seconds: float, says: str) -> None:
    assert duration(seconds) == says


def test_a_recipe_of_the_users_is_planned_with_its_rows(tmp_path: Path) -> None:
    row = {
        "prompt": [{"role": "user", "content": "Write add."}],
        "completion": [{"role": "assistant", "content": "def add(a, b): return a + b"}],
        "origin": {"source": "test"},
    }
    (tmp_path / "rows.jsonl").write_text(f"{json.dumps(row)}\n" * 5)
    (tmp_path / "mine.yaml").write_text("model: embedded\ndata: {train: [rows.jsonl]}\n")
    code, said = run(str(tmp_path / "mine.yaml"), "--plan", "--json")
    assert code == 0, said
    assert json.loads(said)["volume"]["rows"] == 5


def test_several_processes_find_what_the_command_line_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are handed the recipe in a folder of its own, from which relative paths would lead elsewhere."""
    handed: list[tuple[Recipe, tuple[str, ...]]] = []

    def run_instead(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        place = command.index("train")
        handed.append((read_recipe(command[place + 1]), tuple(command[place + 2 :])))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("subprocess.run", run_instead)
    for model in ("./base", "base"):
        code, said = run(
            "smollm2-cpu", "--launch", "ddp", "--data", "rows.jsonl", "--model", model, "-o", "out", "--json"
        )
        assert code == 0, said
    for recipe, options in handed:
        assert recipe.data.train == (tmp_path / "rows.jsonl",)
        assert recipe.model == str(tmp_path / "base")
        assert options == ("--output", str(tmp_path / "out"), "--json")


def test_a_validation_without_a_score_leaves_the_last_score_in_sight() -> None:
    progress = TrainingProgress(Console(record=True, width=200))
    progress(Progress(step=1, steps=9, perplexity=3.0, score=0.25))
    progress(Progress(step=2, steps=9, perplexity=2.5))
    figures = progress._figures(Progress(step=3, steps=9, loss=1.0))
    assert "perplexity 2.500" in figures
    assert "pass@1 25.0%" in figures


def test_the_curves_of_folds_are_where_it_says(tmp_path: Path) -> None:
    console = Console(record=True, width=200)
    run = TrainedRun(
        folder=tmp_path, best=tmp_path / "fold-1" / "best", best_step=1, steps=1, loss=0.5, rows=1, tokens=1,
        seconds=1, ended="finished", data_digest="", fold_perplexities=(2.0, 1.5),
    )  # fmt: skip
    show_run(console, run, as_json=False, kept=True)
    assert str(tmp_path / "fold-1" / "curves.html") in console.export_text()


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is here")
def test_without_torch_a_run_says_how_to_get_it(tmp_path: Path) -> None:
    code, said = run("smollm2-cpu", "-o", str(tmp_path / "run"))
    assert code == 3
    assert "torch" in said
    assert "scripts/install-lab" in said
    assert not (tmp_path / "run").exists()
