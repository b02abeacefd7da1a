"""An adapter's factors out of its file, without the model that it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from models.training.export.adapter import CONFIG, WEIGHTS, Factor, check_adapter
from verifiers.errors import InvalidInput

_PREFIX = "base_model.model."


def stored_factors(folder: Path) -> Iterator[Factor]:
    """What a saved adapter adds to each matrix, in the order of their names.

    Raises:
        InvalidInput: it is of a kind that has other factors; its field is ``adapter``.
        ModelMissing: there is none.
    """
    from safetensors.numpy import load_file

    check_adapter(folder)
    config = json.loads((folder / CONFIG).read_bytes())
    if config.get("rank_pattern") or config.get("alpha_pattern"):
        raise InvalidInput("adapter", "has ranks of several sizes.", "Train with one rank for all layers.")
    rank, alpha = float(config["r"]), float(config["lora_alpha"])
    scale = alpha / rank**0.5 if config.get("use_rslora") else alpha / rank
    tensors = load_file(folder / WEIGHTS)
    for name in sorted(tensors):
        layer, found, _ = name.removeprefix(_PREFIX).partition(".lora_A.")
        if found:
            b = tensors[name.replace(".lora_A.", ".lora_B.")]
            yield Factor(f"{layer}.weight", tensors[name].astype("float32"), b.astype("float32"), scale)
