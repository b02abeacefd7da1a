"""Models named as a hub names them, out of a cache that its own library wrote; nothing is fetched here."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.adversarial.states import open_state
from models.errors import ModelMissing
from models.training.hub import hub_folder
from tests.lab.tiny import tiny_llama

_COMMIT = "0" * 40


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return tmp_path


def _kept(cache: Path, name: str) -> Path:
    kept = cache / f"models--{name.replace('/', '--')}"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text(_COMMIT)
    return kept / "snapshots" / _COMMIT


def test_a_fetched_model_is_attacked_by_its_name(cache: Path, tmp_path: Path) -> None:
    folder = _kept(cache, "someone/tiny-llama")
    tiny_llama(folder)
    model = open_state("someone/tiny-llama", None, tmp_path / "serving")
    try:
        assert model.endpoint == str(folder)
    finally:
        model.close()


def test_one_that_cannot_be_fetched_is_told_in_a_sentence(cache: Path) -> None:
    with pytest.raises(ModelMissing, match="else is not on this machine and cannot") as told:
        hub_folder("someone/else")
    assert "\n" not in told.value.message
    assert "hf auth login" in told.value.hint
