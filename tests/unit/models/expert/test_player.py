"""The model of a round: its file is made and judged once, and what was found stays known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.training.expert import player
from models.training.expert.player import Player, trained_player
from models.training.expert.recipe import parse_expert_recipe
from models.training.export.agreement import Agreement

AGREEMENT = Agreement(
    subject="a", reference="b", prompts=1, tokens=40, same=40, widest_tie=0, worst=0.001, mean=0.0001,
    tolerance=0.002, mean_tolerance=0.0002,
)  # fmt: skip


def test_how_a_file_was_found_to_be_the_model_outlives_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def export(base: str, adapter: Path, wanted: Any, **_: Any) -> tuple[Agreement, ...]:
        made.append(wanted[0].path)
        made[-1].write_bytes(b"GGUF")
        return (AGREEMENT,)

    monkeypatch.setattr(player, "export", export)
    text = "tasks: [{suite: a}]\nvalidation: {suite: b}\nheld_out: [c]\n"
    recipe = parse_expert_recipe(text, "r.yaml", tmp_path)
    base = Player(tmp_path / "base.gguf")
    for _ in range(2):  # as if a kill had come before the round was written down
        found, agreements = trained_player(recipe, 1, tmp_path / "best", base, tmp_path, lambda said: None)
        assert found == Player(base.gguf, tmp_path / "expert-1.gguf")
        assert agreements == (AGREEMENT,)
    assert len(made) == 1
