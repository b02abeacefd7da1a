"""What is refused before the engine starts, and what it leaves when it ends."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from models.data.prepare import prepare
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
