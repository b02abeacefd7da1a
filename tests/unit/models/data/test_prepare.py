"""What is refused before the engine starts, and what it leaves when it ends."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from models.data.engine.job import Job, Places
from models.data.prepare import _begin, prepare
from models.data.recipe import Recipe
from verifiers.errors import InvalidInput


@pytest.mark.parametrize("kind", ["folder", "rows"])
@pytest.mark.parametrize("output", [".", "out", "link/out"])
def test_a_data_set_is_not_written_into_what_it_is_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, output: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    source: dict[str, Any] = {"kind": kind, "name": "here", "path": tmp_path / "code"}
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "link").symlink_to(tmp_path / "code")
    with pytest.raises(InvalidInput, match=r"^output: .* lies in the folder of the source 'here'"):
        prepare(Recipe.model_validate({"sources": [source]}), tmp_path / "code" / output)
    assert [path.name for path in (tmp_path / "code").iterdir()] == ["link"]


def job(seed: int = 0) -> Job:
    source = {"kind": "folder", "name": "a", "path": "x"}
    return Job(recipe=Recipe.model_validate({"sources": [source], "seed": seed}))


@pytest.mark.parametrize("left", ["", '{"recipe": '])
def test_what_a_run_left_without_its_job_is_not_gone_on_with(tmp_path: Path, left: str) -> None:
    """Its shards may be another recipe's."""
    places = Places(tmp_path)
    places.listings.mkdir(parents=True)
    places.job.write_text(left)
    with pytest.raises(InvalidInput, match="--fresh"):
        _begin(job(), places, fresh=False)
    _begin(job(), places, fresh=True)
    assert not places.listings.exists()
    _begin(job(), places, fresh=False)
    assert Job.model_validate_json(places.job.read_text()) == job()


def test_a_run_that_did_nothing_yet_binds_nobody(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.work.mkdir()
    for seed in (0, 1):
        _begin(job(seed), places, fresh=False)
    assert Job.model_validate_json(places.job.read_text()) == job(1)
