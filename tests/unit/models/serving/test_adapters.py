"""Adapters that come from elsewhere, good and hostile."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from models.serving.adapters import CONFIG, WEIGHTS, check_fits, look_over
from models.serving.tensors import tensors_of
from tests.unit.models.serving.made import LAYER, safetensors, write_adapter, write_model
from verifiers.errors import InvalidInput


def test_a_good_one_is_taken(tmp_path: Path) -> None:
    adapter = look_over(write_adapter(tmp_path / "a", rank=4, base_model_name_or_path="org/base"))
    assert (adapter.rank, adapter.base_name, adapter.layers) == (4, "org/base", {LAYER: (8, 8)})
    check_fits(adapter, "base", str(write_model(tmp_path / "m")))


def test_the_rank_is_the_largest_there_is(tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "a", rank=2, rank_pattern={"k_proj": 9})
    assert look_over(folder).rank == 9


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"peft_type": "IA3"}, "not that of a LoRA adapter"),
        ({"use_dora": True}, "use_dora"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"bias": "all"}, "biases"),
        ({"init_lora_weights": "pissa"}, "changes the base model as well"),
        ({"r": 1024}, "its rank is 1024"),
        ({"rank_pattern": {"q_proj": 4096}}, "its rank is 4096"),
        ({"r": True}, "is no rank"),
        ({"r": "8"}, "is no rank"),
        ({"r": 1}, "its weights have rank 2"),
        ({"rank_pattern": [1]}, "is no rank"),
    ],
)
def test_what_cannot_be_served_is_refused(tmp_path: Path, change: dict[str, object], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        look_over(write_adapter(tmp_path / "a", **change))


def _pickle(folder: Path) -> None:
    (folder / "adapter_model.bin").write_bytes(b"cposix\nsystem\n(S'touch /tmp/owned'\ntR.")


def _only_pickle(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "adapter_model.pt")


def _linked_weights(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "elsewhere")
    (folder / WEIGHTS).symlink_to(folder / "elsewhere")


def _linked_config(folder: Path) -> None:
    (folder / CONFIG).unlink()
    (folder / CONFIG).symlink_to("/etc/passwd")


def _pipe(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    os.mkfifo(folder / WEIGHTS)


def _folder(folder: Path) -> None:
    (folder / CONFIG).unlink()
    (folder / CONFIG).mkdir()


def _endless_config(folder: Path) -> None:
    (folder / CONFIG).write_text(" " * 2_000_000)


def _deep_config(folder: Path) -> None:
    (folder / CONFIG).write_text("[" * 500_000)


def _list_config(folder: Path) -> None:
    (folder / CONFIG).write_text("[]")


def _no_weights(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(safetensors({}))


def _half_a_pair(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(safetensors({f"base_model.model.{LAYER}.lora_A.weight": (2, 8)}))


def _not_a_pair(folder: Path) -> None:
    name = f"base_model.model.{LAYER}.lora_"
    (folder / WEIGHTS).write_bytes(safetensors({f"{name}A.weight": (2, 8), f"{name}B.weight": (8, 3)}))


def _whole_layer(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(safetensors({f"base_model.model.{LAYER}.weight": (8, 8)}))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_pickle, "is a pickle"),
        (_only_pickle, "is a pickle"),
        (_linked_weights, "symbolic link"),
        (_linked_config, "symbolic link"),
        (_pipe, "no plain file"),
        (_folder, "no plain file"),
        (_endless_config, "longer than"),
        (_deep_config, "not JSON"),
        (_list_config, "not that of a LoRA adapter"),
        (_no_weights, "no weights"),
        (_half_a_pair, "do not fit each other"),
        (_not_a_pair, "do not fit each other"),
        (_whole_layer, "no weight of a LoRA adapter"),
    ],
)
def test_a_hostile_folder_is_refused(tmp_path: Path, spoil: Callable[[Path], None], says: str) -> None:
    folder = write_adapter(tmp_path / "a")
    spoil(folder)
    with pytest.raises(InvalidInput, match=says):
        look_over(folder)


def test_one_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="are the most"):
        look_over(write_adapter(tmp_path / "a"), max_bytes=100)


@pytest.mark.parametrize("missing", [CONFIG, WEIGHTS])
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    folder = write_adapter(tmp_path / "a")
    (folder / missing).unlink()
    with pytest.raises(InvalidInput, match=missing):
        look_over(folder)


def test_one_of_another_model_is_refused(tmp_path: Path) -> None:
    model = write_model(tmp_path / "m", width=16)
    with pytest.raises(InvalidInput, match=r"8 to 8 wide, and base's 16 to 16"):
        check_fits(look_over(write_adapter(tmp_path / "a")), "base", str(model))
    (model / "model.safetensors").write_bytes(safetensors({"model.other.weight": (8, 8)}))
    with pytest.raises(InvalidInput, match="which base has not"):
        check_fits(look_over(tmp_path / "a"), "base", str(model))


@pytest.mark.parametrize(("said", "fits"), [("org/base", True), ("/x/base", True), ("org/other", False)])
def test_without_the_models_files_the_names_are_compared(tmp_path: Path, said: str, fits: bool) -> None:
    adapter = look_over(write_adapter(tmp_path / "a", base_model_name_or_path=said))
    if fits:
        check_fits(adapter, "name", "org/base")
        return
    with pytest.raises(InvalidInput, match="org/other"):
        check_fits(adapter, "name", "org/base")


def _head(change: dict[str, object], data: bytes = b"", length: int | None = None) -> bytes:
    text = json.dumps(change).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


_A = f"base_model.model.{LAYER}.lora_A.weight"


@pytest.mark.parametrize(
    "weights",
    [
        b"",
        b"\x80\x04",
        _head({}, length=2**62),
        _head({}, length=30_000_000),
        (5).to_bytes(8, "little") + b"{{{{{",
        (2).to_bytes(8, "little") + b"[]",
        _head({_A: 5}),
        _head({_A: {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}),
        _head({_A: {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}}, bytes(8)),
        _head({_A: {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 4]}}, bytes(4)),
        _head({_A: {"dtype": "F32", "shape": [-1, -1], "data_offsets": [0, 4]}}, bytes(4)),
        _head({_A: {"dtype": "O", "shape": [1, 1], "data_offsets": [0, 4]}}, bytes(4)),
        _head({_A: {"dtype": [], "shape": [1, 1], "data_offsets": [0, 4]}}, bytes(4)),
        _head(
            {name: {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]} for name in (_A, f"{_A}2")},
            bytes(4),
        ),
    ],
)
def test_a_file_that_lies_about_itself_is_refused(tmp_path: Path, weights: bytes) -> None:
    folder = write_adapter(tmp_path / "a")
    (folder / WEIGHTS).write_bytes(weights)
    with pytest.raises(InvalidInput, match="not a safetensors file"):
        look_over(folder)


@pytest.mark.parametrize(("dtype", "size"), [("U16", 2), ("U32", 4), ("U64", 8), ("C64", 8), ("F8_E8M0", 1)])
def test_a_base_models_packed_weights_are_known(tmp_path: Path, dtype: str, size: int) -> None:
    head = {"model.packed": {"dtype": dtype, "shape": [2, 3], "data_offsets": [0, 6 * size]}}
    path = tmp_path / "model.safetensors"
    path.write_bytes(_head(head, bytes(6 * size)))
    assert tensors_of(path, "model")["model.packed"].shape == (2, 3)
