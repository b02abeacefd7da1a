"""What a round learns from, without training anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.adversarial.recipe import parse_adversarial_recipe
from models.adversarial.rounds import run_rounds
from models.adversarial.training import stage_data
from models.chat import ChatModel, Message
from models.data.rows import Origin, TrainingRow
from models.training.progress import TrainedRun
from tests.unit.models.adversarial.examples import WordExaminer
from verifiers.errors import InvalidInput


def row(text: str) -> TrainingRow:
    return TrainingRow(
        prompt=(Message(role="user", content="Write f."),),
        completion=(Message(role="assistant", content=text),),
        origin=Origin(source="test"),
    )


def ended(folder: Path) -> None:
    run = TrainedRun(
        folder=folder,
        best=folder / "best",
        best_step=1,
        steps=1,
        loss=0.5,
        rows=1,
        tokens=1,
        seconds=1.0,
        ended="finished",
        data_digest="0" * 64,
    )
    folder.mkdir()
    (folder / "result.json").write_text(run.model_dump_json())


def test_a_stage_that_has_ended_is_not_taken_for_one_of_other_rows(tmp_path: Path) -> None:
    path = stage_data(tmp_path, "1-security", [row("a")])
    assert stage_data(tmp_path, "1-security", [row("b")]) == path  # nothing was trained on the others
    ended(tmp_path / "1-security")
    assert stage_data(tmp_path, "1-security", [row("b")]).read_text().count("\n") == 1
    with pytest.raises(InvalidInput, match="was trained on other rows"):
        stage_data(tmp_path, "1-security", [row("c")])


def never(adapter: Path | None, folder: Path) -> ChatModel:
    raise AssertionError("a model is opened")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("attacks: {families: [charm]}", "no attack named 'charm'"),
        ("judging: {attacks: {families: [charm]}}", "no attack named 'charm'"),
        ("utility: [missing.jsonl]", "utility: cannot read"),
        ("pairs: [missing.jsonl]", "pairs: cannot read"),
        ("pairs: [broken.jsonl]", "broken.jsonl"),
    ],
)
def test_what_the_recipe_names_is_looked_at_before_hours_of_attacks(
    tmp_path: Path, fields: str, said: str
) -> None:
    (tmp_path / "broken.jsonl").write_text("{}\n")
    read = parse_adversarial_recipe(f"training: {{model: embedded}}\n{fields}\n", "r.yaml", tmp_path)
    with pytest.raises(InvalidInput, match=said):
        run_rounds(read, tmp_path / "out", WordExaminer(), never)
    assert not (tmp_path / "out").exists()


def test_a_folder_goes_on_with_its_recipe_and_with_more_rounds(tmp_path: Path) -> None:
    text = "training: {model: embedded}\njudging: null\n"
    (tmp_path / "more.jsonl").write_text("")
    for fields in ("", "rounds: 3\n", "utility: [more.jsonl]\n"):  # of files it is the rows that count
        read = parse_adversarial_recipe(text + fields, "r.yaml", tmp_path)
        with pytest.raises(AssertionError, match="a model is opened"):
            run_rounds(read, tmp_path / "out", WordExaminer(), never)
    read = parse_adversarial_recipe(text + "terms: {insecure: 2.0}\n", "r.yaml", tmp_path)
    with pytest.raises(InvalidInput, match="with other settings"):
        run_rounds(read, tmp_path / "out", WordExaminer(), never)
