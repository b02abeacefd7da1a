"""Adapters come from elsewhere: nothing of one is loaded unless it is plain LoRA in safetensors."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from models.errors import ModelMissing
from models.training.export.adapter import check_adapter
from models.training.export.base import find_base
from models.training.export.run import Wanted, export
from verifiers.errors import InvalidInput


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "bias": "none"}))
    (folder / "adapter_model.safetensors").write_bytes(b"")
    return folder


def config(adapter: Path, text: str) -> None:
    (adapter / "adapter_config.json").write_text(text)


def test_plain_lora_is_taken(adapter: Path) -> None:
    check_adapter(adapter)


class _Runs:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('a pickle was loaded')",)


def test_a_pickle_is_not_loaded(adapter: Path) -> None:
    (adapter / "adapter_model.safetensors").unlink()
    (adapter / "adapter_model.bin").write_bytes(pickle.dumps(_Runs()))
    with pytest.raises(ModelMissing, match="safetensors"):
        check_adapter(adapter)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("use_dora", True),
        ("bias", "all"),
        ("lora_bias", True),
        ("modules_to_save", ["lm_head"]),
        ("trainable_token_indices", [1]),
        ("auto_mapping", {"base_model_class": "os", "parent_library": "os"}),
    ],
)
def test_more_than_lora_is_refused_by_name(adapter: Path, setting: str, value: object) -> None:
    config(adapter, json.dumps({"peft_type": "LORA", setting: value}))
    with pytest.raises(InvalidInput, match=setting) as caught:
        check_adapter(adapter)
    assert caught.value.field == "adapter"


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{", "\x00", "[" * 100_000, '{"peft_type": "IA3"}'])
def test_another_thing_is_refused(adapter: Path, text: str) -> None:
    config(adapter, text)
    with pytest.raises(InvalidInput) as caught:
        check_adapter(adapter)
    assert caught.value.field == "adapter"


def test_an_endless_config_is_not_read(adapter: Path) -> None:
    config(adapter, json.dumps({"peft_type": "LORA", "x": "x" * 2_000_000}))
    with pytest.raises(InvalidInput, match="too long"):
        check_adapter(adapter)


def test_a_folder_without_an_adapter_is_a_missing_one(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        check_adapter(tmp_path)


@pytest.mark.parametrize("spec", ["", " ", "a\0b"])
def test_a_base_that_is_no_path_is_refused(spec: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        find_base(spec)
    assert caught.value.field == "base"


def test_a_base_of_pickles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(_Runs()))
    with pytest.raises(InvalidInput, match="safetensors"):
        find_base(str(tmp_path))


def test_nothing_is_overwritten(adapter: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.gguf"
    taken.write_text("mine")
    for wanted in (
        Wanted("lora", taken),
        Wanted("lora", tmp_path / "none" / "x.gguf"),
        Wanted("q8_0", tmp_path / "x.bin"),
    ):
        with pytest.raises(InvalidInput) as caught:
            export("embedded", adapter, [wanted])
        assert caught.value.field == "output"
    assert taken.read_text() == "mine"


def test_an_adapter_is_needed_for_an_adapter(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="missing"):
        export("embedded", None, [Wanted("lora", tmp_path / "x.gguf")])
