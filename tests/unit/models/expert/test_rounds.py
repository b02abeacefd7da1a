"""Rounds of expert iteration with a model and an examiner that follow rules; the training is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.chat import Message
from models.data.rows import Origin, PreferenceRow, TrainingRow
from models.errors import ModelUnavailable
from models.examining import Judged
from models.training.expert import run as rounds
from models.training.expert.player import Player
from models.training.expert.recipe import Drawing, ExpertRecipe, Keeping, References, Repairs, Tasks
from models.training.expert.report import ExpertRun
from models.training.progress import TrainedRun
from tests.unit.models.expert.fakes import RuleExaminer, RuleModel, problem
from tests.unit.models.expert.test_problems import HELD, suite
from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput, ToolFailed, ToolMissing

Rule = Callable[[str, int], str]


class World:
    """What a run meets: the model's rule, and the trainings that were asked for."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = tmp_path / "run"
        self.rules: dict[int, Rule] = {}
        self.trained: list[list[TrainingRow]] = []
        self.models: list[RuleModel] = []
        self.examiner = RuleExaminer()
        training = [problem("a"), problem("b", reference="def f():\n    return 'RIGHT'\n"), problem("c")]
        self.recipe = ExpertRecipe(
            tasks=(Tasks(suite=suite(tmp_path / "train.jsonl", training)),),
            validation=Tasks(suite=suite(tmp_path / "validation.jsonl", [problem("v"), problem("w")])),
            held_out=(suite(tmp_path / "held.jsonl", HELD),),
            drawing=Drawing(samples=3, enough=2),
            validation_samples=2,
        )
        monkeypatch.setattr(rounds, "require_libraries", lambda: None)
        monkeypatch.setattr(rounds, "base_player", lambda *args: Player(tmp_path / "base.gguf"))
        monkeypatch.setattr(rounds, "train", self._train)
        monkeypatch.setattr(rounds, "trained_player", self._export)
        monkeypatch.setattr(Player, "open", lambda player, drawing, **how: self._open(player))

    def _train(self, recipe: Any, folder: Path, **given: Any) -> TrainedRun:
        lines = recipe.data.train[0].read_text().splitlines()
        self.trained.append([TrainingRow.model_validate_json(line) for line in lines])
        return TrainedRun(
            folder=folder, best=folder / "best", best_step=1, steps=1, loss=0.5, rows=len(lines),
            tokens=1, seconds=1, ended="finished", data_digest="",
        )  # fmt: skip

    def _export(self, recipe: Any, number: int, best: Path, base: Player, folder: Path, say: Any) -> Any:
        return Player(base.gguf, folder / f"after-{number}.gguf"), ()

    def _open(self, player: Player) -> RuleModel:
        after = int(player.adapter.stem.rpartition("-")[2]) if player.adapter else 0
        self.models.append(RuleModel(self.rules.get(after, lambda text, number: f"x = {number}")))
        return self.models[-1]

    def run(self, **changed: Any) -> ExpertRun:
        return rounds.iterate(self.recipe.model_copy(update=changed), self.folder, self.examiner)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(tmp_path, monkeypatch)


def solves_a(text: str, number: int) -> str:
    if "f_a" in text:
        return f"def f():\n    return 'RIGHT' * {number % 2}\n\nprint(f())\n"
    return f"def f():\n    return {number}\n"


def test_what_passes_is_learnt_tidied_and_once(world: World) -> None:
    world.rules[0] = solves_a
    result = world.run(rounds=1)
    mine = [row for row in world.trained[0] if row.origin.id == "a" and row.origin.method == "sampled"]
    assert sorted(row.completion[0].content for row in mine) == [
        "```python\ndef f():\n    return 'RIGHT' * 0\n```",
        "```python\ndef f():\n    return 'RIGHT' * 1\n```",
    ]
    assert mine[0].prompt == world.examiner.ask(problem("a").task)
    assert mine[0].origin.verified == ("tests", "scanner")
    first = result.rounds[1]
    assert (first.solved, first.right) == (1, 2)
    assert first.sampled is not None
    assert (first.sampled.answers, first.sampled.passed) == (9, 3)


def test_a_reference_stands_in_where_nothing_passed_and_feedback_has_its_rows(world: World) -> None:
    world.rules[0] = solves_a
    world.run(rounds=1, references=References(use="unsolved", weight=0.5), repairs=Repairs(paired=2))
    b = [row for row in world.trained[0] if row.origin.id == "b"]
    assert [row.origin.method for row in b] == ["task", "repair", "repair"]
    assert b[0].weight == 0.5
    assert b[0].origin.verified == ("tests", "scanner")
    assert "Not right: def f():\n    return 0" in b[1].prompt[-1].content
    assert "RIGHT" in b[1].completion[0].content
    assert not [
        row for row in world.trained[0] if row.origin.id == "c"
    ]  # neither solved nor with a reference


def test_references_can_come_first_and_what_learnt_from_them_is_asked(world: World) -> None:
    world.rules[1] = solves_a
    result = world.run(rounds=2, references=References(use="all", first=True), repairs=Repairs(paired=0))
    assert [[row.origin.method for row in rows] for rows in world.trained] == [
        ["task"],
        ["sampled", "sampled", "task"],
    ]
    assert (result.rounds[1].sampled, result.rounds[1].tokens) == (None, 0)
    assert result.rounds[2].sampled is not None


def test_flagged_code_is_not_learnt(world: World) -> None:
    world.rules[0] = lambda text, number: "def f():\n    return 'RIGHT EVIL'\n"
    assert world.run(rounds=1, references=References(use="none")).rounds[1].rejected == {"scan": 3}
    assert world.trained == [[]]


def test_scanners_can_be_left_out(world: World) -> None:
    world.rules[0] = lambda text, number: "def f():\n    return 'RIGHT EVIL'\n"
    world.run(rounds=1, keep=Keeping(scan=False))
    assert world.examiner.scans == 0
    assert len(world.trained[0]) == 3


def test_held_out_text_in_an_answer_is_not_learnt(world: World) -> None:
    planted = f"# RIGHT\n{HELD[0].reference}"
    world.rules[0] = lambda text, number: planted
    found = world.run(rounds=1, references=References(use="none")).rounds[1]
    assert found.rejected == {"held out": 3}
    assert world.trained == [[]]


def test_solved_tasks_are_not_asked_about_again(world: World) -> None:
    world.rules = {0: solves_a, 1: solves_a}
    result = world.run(rounds=2)
    second = result.rounds[2].sampled
    assert second is not None
    assert second.problems == 2  # b and c: a has the two right answers that are enough
    assert [row for row in world.trained[1] if row.origin.id == "a"]  # but is still learnt from


def test_repairs_are_drawn_for_what_is_unsolved(world: World) -> None:
    def mends(text: str, number: int) -> str:
        mended = "Not right" in text and "f_c" in text
        return "def f():\n    return 'RIGHT'\n" if mended else solves_a(text, number)

    world.rules[0] = mends
    found = world.run(rounds=1, repairs=Repairs(paired=0, samples=2)).rounds[1]
    assert found.repaired is not None
    assert (found.repaired.problems, found.repaired.passed) == (2, 2)
    rows = [row for row in world.trained[0] if row.origin.id == "c"]
    assert [row.origin.method for row in rows] == ["sampled", "repair", "repair"]
    assert "Not right" in rows[1].prompt[-1].content


def test_the_best_round_wins_and_the_base_may(world: World) -> None:
    world.rules[1] = lambda text, number: "x = 'RIGHT'" if "f_v" in text else "x = 1"
    result = world.run(rounds=2)
    assert result.best == 1
    assert result.winner.served == world.folder / "round-1" / "after-1.gguf"
    assert [one.validation.pass_at_1 for one in result.rounds] == [0, 0.5, 0]
    assert json.loads((world.folder / "result.json").read_text())["best"] == 1


def test_no_better_round_is_said_so(world: World) -> None:
    assert world.run(rounds=1).best == 0


@pytest.mark.parametrize("calls", [1, 3, 5, 7, 8])
def test_a_run_that_was_broken_off_comes_to_the_same(
    calls: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "1").mkdir()
    whole = World(tmp_path / "1", monkeypatch)
    whole.rules = {0: solves_a, 1: solves_a}
    expected = whole.run(rounds=2)
    (tmp_path / "2").mkdir()
    broken = World(tmp_path / "2", monkeypatch)
    left = [calls]

    def fails(text: str, number: int) -> str:
        if number == 0:
            left[0] -= 1
            if left[0] < 0:
                raise ModelUnavailable("The server is gone.")
        return solves_a(text, number)

    broken.rules = {0: fails, 1: fails}
    with pytest.raises(ModelUnavailable):
        broken.run(rounds=2)
    broken.rules = {0: solves_a, 1: solves_a}
    result = broken.run(rounds=2)
    assert [one.rows for one in result.rounds] == [one.rows for one in expected.rounds]
    assert broken.trained[-1] == whole.trained[-1]
    assert result.best == expected.best


def test_a_finished_run_asks_nobody(world: World) -> None:
    world.rules[0] = solves_a
    first = world.run(rounds=1)
    world.models.clear()
    world.trained.clear()
    assert world.run(rounds=1) == first
    assert not [text for model in world.models for text in model.asked]
    assert world.trained == []


def test_more_rounds_go_on_and_another_recipe_is_refused(world: World) -> None:
    world.run(rounds=1)
    assert len(world.run(rounds=2).rounds) == 3
    with pytest.raises(InvalidInput, match="another recipe"):
        world.run(rounds=2, validation_samples=3)


def extra(path: Path, *texts: str) -> Path:
    asked = (Message(role="user", content="Write it."),)
    rows = [
        TrainingRow(
            prompt=asked, completion=(Message(role="assistant", content=text),), origin=Origin(source="extra")
        )
        for text in texts
    ]
    path.write_text("".join(f"{row.model_dump_json()}\n" for row in rows))
    return path


def test_rows_that_are_mixed_in_are_learnt_but_for_held_out_text(world: World, tmp_path: Path) -> None:
    world.rules[0] = solves_a
    path = extra(tmp_path / "extra.jsonl", "x = 1", f"Sure:\n{HELD[0].reference}", "x = 2")
    result = world.run(rounds=2, extra=(path,), references=References(use="none"))
    for rows in world.trained:
        said = [row.completion[0].content for row in rows if row.origin.source == "extra"]
        assert said == ["x = 1", "x = 2"]
    assert result.dropped == {f"{path}, line 2": "h"}
    assert result.rounds[1].rows == {"sft sampled": 2, "sft ": 2}


@pytest.mark.parametrize("kind", ["missing", "broken", "preference"])
def test_rows_that_cannot_be_mixed_in_are_named_before_anybody_is_asked(
    world: World, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "extra.jsonl"
    if kind == "broken":
        path.write_text("{")
    if kind == "preference":
        one, other = (Message(role="assistant", content=text) for text in "ab")
        row = PreferenceRow(
            prompt=(Message(role="user", content="?"),),
            chosen=(one,),
            rejected=(other,),
            origin=Origin(source="extra"),
        )
        path.write_text(row.model_dump_json())
    with pytest.raises(InvalidInput) as caught:
        world.run(extra=(path,))
    assert caught.value.field == ("extra" if kind == "missing" else f"{path}, line 1")
    assert world.models == []


class Shaky(RuleExaminer):
    """A tool breaks at the first time that it sees some code, and not again."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def judge_files(self, task: CodingTask, files: Sequence[tuple[str, str]], *, scan: bool = True) -> Judged:
        if self._text and self._text in files[0][1]:
            self._text = ""
            raise ToolFailed("The sandbox broke.")
        return super().judge_files(task, files, scan=scan)


@pytest.mark.parametrize("at", ["train", "repair", "second round"])
def test_what_a_broken_tool_could_not_say_does_not_bar_the_way_on(
    world: World, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Later steps were begun without it; it must not turn up among them when the run goes on."""

    def mends(text: str, number: int) -> str:
        if "Not right" in text:
            if at == "repair" and not gone:
                gone.append(True)
                raise ModelUnavailable("The server is gone.")
            return "def f():\n    return 'RIGHT'\n"
        if "f_c" in text:
            return f"def f():\n    return 'RIGHT {number}'\n"
        return solves_a(text, number)

    def trains(recipe: Any, folder: Path, **given: Any) -> TrainedRun:
        if not gone and folder.parent.name == ("round-1" if at == "train" else "round-2"):
            gone.append(True)
            raise ModelUnavailable("Killed.")
        return World._train(world, recipe, folder, **given)

    gone: list[bool] = []
    world.examiner = Shaky("RIGHT 0")
    world.rules = {0: mends, 1: mends}
    monkeypatch.setattr(rounds, "train", trains)
    wanted: dict[str, Any] = {
        "drawing": Drawing(samples=1, enough=2),
        "repairs": Repairs(paired=1, samples=2),
        "references": References(use="none"),
    }
    with pytest.raises(ModelUnavailable):
        world.run(rounds=2, **wanted)
    result = world.run(rounds=2, **wanted)
    assert gone
    assert len(result.rounds) == 3
    sampled = result.rounds[1].sampled
    assert sampled is not None
    assert sampled.unjudged == 1


def test_what_training_needs_is_looked_for_before_anybody_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ToolMissing("Training needs torch.")

    monkeypatch.setattr(rounds, "require_libraries", missing)
    with pytest.raises(ToolMissing):
        world.run()
    assert world.models == []


def test_a_damaged_round_is_named(world: World) -> None:
    world.run(rounds=1)
    (world.folder / "round-1" / "round.json").write_text("{")
    with pytest.raises(InvalidInput, match=r"round\.json"):
        world.run(rounds=1)
