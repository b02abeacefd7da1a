"""From a training run to a live adapter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.serving.entries import BASE, Contents, Score
from models.serving.going_live import use
from models.serving.promotion import promote
from models.serving.registry import Registry
from models.serving.trained import read_run
from tests.unit.models.serving.made import write_run
from verifiers.errors import InvalidInput


def run_of(registry: Registry, folder: Path, score: float | None, fill: int = 9) -> Path:
    return write_run(folder, Path(registry.get("base").path), score, fill=fill)


def live(registry: Registry) -> str:
    return registry.read().live("base")


def test_a_better_one_becomes_live(registry: Registry, tmp_path: Path) -> None:
    registry.score("base", Score(suite="mbpp", value=0.05, problems=20))
    promoted = promote(registry, run_of(registry, tmp_path / "run", 0.2), "run", None, None, force=False)
    assert promoted.reason == (
        "run: mbpp pass@1 over 20 problems is 20.0% against 5.0% of base without an adapter."
    )
    assert live(registry) == "run"
    entry = registry.get("run")
    assert [(score.suite, score.value) for score in entry.scores] == [("mbpp", 0.2)]
    assert str(tmp_path / "run") in entry.source
    better = run_of(registry, tmp_path / "next", 0.3, fill=8)
    assert "20.0% of run" in promote(registry, better, "next", None, None, force=False).reason


def test_scores_of_another_split_are_not_compared(registry: Registry, tmp_path: Path) -> None:
    registry.score("base", Score(suite="mbpp validation", value=0.05, problems=20))
    run = run_of(registry, tmp_path / "run", 0.2)
    recipe = json.loads((run / "recipe.yaml").read_text())
    recipe["scoring"]["split"] = "test"
    (run / "recipe.yaml").write_text(json.dumps(recipe))
    with pytest.raises(InvalidInput, match="not measured at mbpp test pass@1"):
        promote(registry, run, "run", None, None, force=False)
    recipe["scoring"]["split"] = "validation"
    (run / "recipe.yaml").write_text(json.dumps(recipe))
    assert promote(registry, run, "again", None, None, force=False).done.adapter == "again"


@pytest.mark.parametrize("value", [0.2, 0.3])
def test_one_that_is_no_better_does_not(registry: Registry, tmp_path: Path, value: float) -> None:
    registry.score("base", Score(suite="mbpp", value=value, problems=20))
    run = run_of(registry, tmp_path / "run", 0.2)
    with pytest.raises(InvalidInput, match=r"registered, but not live.*against"):
        promote(registry, run, "run", None, None, force=False)
    assert live(registry) == BASE
    assert promote(registry, run, "run", None, None, force=True).done.adapter == "run"


@pytest.mark.parametrize(
    "other",
    [
        None,
        Score(suite="mbpp", value=0.0, problems=374),
        Score(suite="humaneval", value=0.0, problems=20),
        Score(suite="mbpp", metric="pass@10", value=0.0, problems=20),
    ],
)
def test_scores_of_other_things_say_nothing(registry: Registry, tmp_path: Path, other: Score | None) -> None:
    if other:
        registry.score("base", other)
    with pytest.raises(InvalidInput, match="nothing can be compared"):
        promote(registry, run_of(registry, tmp_path / "run", 0.9), "run", None, None, force=False)
    assert live(registry) == BASE


def test_better_at_one_and_worse_at_another_is_not_better(registry: Registry, tmp_path: Path) -> None:
    registry.score("base", Score(suite="mbpp", value=0.1, problems=20))
    registry.score("base", Score(suite="humaneval", value=0.5))
    run = run_of(registry, tmp_path / "run", 0.2)
    registry.add_adapter(run / "best", "run", "base")
    registry.score("run", Score(suite="humaneval", value=0.4))
    with pytest.raises(InvalidInput, match=r"humaneval pass@1 is 40.0% against 50.0%"):
        promote(registry, run, "run", None, None, force=False)


def test_the_same_again_is_live_already(registry: Registry, tmp_path: Path) -> None:
    registry.score("base", Score(suite="mbpp", value=0.1, problems=20))
    run = run_of(registry, tmp_path / "run", 0.2)
    promote(registry, run, "run", None, None, force=False)
    with pytest.raises(InvalidInput, match=r"^run: run is live already\.$"):
        promote(registry, run, "run", None, None, force=False)


def test_a_run_without_a_score(registry: Registry, tmp_path: Path) -> None:
    run = run_of(registry, tmp_path / "run", None)
    with pytest.raises(InvalidInput, match="nothing can be compared"):
        promote(registry, run, "run", None, None, force=False)


def test_of_which_model_it_is_must_be_known(registry: Registry, tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", tmp_path / "elsewhere", 0.5)
    with pytest.raises(InvalidInput, match="not registered"):
        promote(registry, run, "run", None, None, force=False)
    assert promote(registry, run, "run", "base", None, force=True).done.base == "base"


def test_a_result_cannot_name_another_folder(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", tmp_path, 0.5)
    assert read_run(run).best == run / "best"


@pytest.mark.parametrize("name", ["recipe.yaml", "result.json"])
@pytest.mark.parametrize(
    "text",
    ["", "[" * 5_000, "!!python/object/apply:os.system ['touch /tmp/owned']", "\x00", "a: &a [*a, *a]"],
)
def test_a_hostile_run_is_refused(tmp_path: Path, name: str, text: str) -> None:
    run = write_run(tmp_path / "run", tmp_path, 0.5)
    (run / name).write_text(text)
    with pytest.raises(InvalidInput):
        read_run(run)


@pytest.mark.parametrize("score", [1.5, -0.1])
def test_a_score_that_is_none_is_refused(tmp_path: Path, score: float) -> None:
    with pytest.raises(InvalidInput, match="not a pass@1"):
        read_run(write_run(tmp_path / "run", tmp_path, score))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", tmp_path, 0.5)
    (run / "result.json").unlink()
    with pytest.raises(InvalidInput, match=r"no result.json"):
        read_run(run)
    (run / "result.json").symlink_to("/etc/hostname")
    with pytest.raises(InvalidInput, match="symbolic link"):
        read_run(run)


def test_a_whole_model_is_served_another_way(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", tmp_path, 0.5)
    recipe = json.loads((run / "recipe.yaml").read_text())
    (run / "recipe.yaml").write_text(json.dumps(recipe | {"tuning": "full"}))
    with pytest.raises(InvalidInput, match="whole model"):
        read_run(run)


def test_one_that_is_overtaken_meanwhile_does_not_become_live(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.score("base", Score(suite="mbpp", value=0.1, problems=20))
    registry.score("a", Score(suite="mbpp", value=0.5, problems=20))
    change, overtaken = registry.change, Registry(registry.folder)

    def late(step: Callable[[Contents], Contents]) -> Contents:
        if registry.read().find("run") and registry.get("run").scores:
            use(overtaken, "a", None)  # another command, just before
        return change(step)

    monkeypatch.setattr(registry, "change", late)
    with pytest.raises(InvalidInput, match=r"not live: .*20.0% against 50.0% of a"):
        promote(registry, run_of(registry, tmp_path / "run", 0.2), "run", None, None, force=False)
    assert live(registry) == "a"
