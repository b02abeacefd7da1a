"""Small models, adapters and runs on disk, made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LAYER = "model.layers.0.self_attn.q_proj"


def safetensors(shapes: dict[str, tuple[int, ...]], fill: int = 0) -> bytes:
    head: dict[str, Any] = {}
    end = 0
    for name, shape in shapes.items():
        size = 4
        for side in shape:
            size *= side
        head[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + bytes([fill]) * end


def write_model(folder: Path, width: int = 8) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "tokenizer.json").write_text("{}")
    weights = {f"{LAYER}.weight": (width, width), "model.norm.weight": (width,)}
    (folder / "model.safetensors").write_bytes(safetensors(weights))
    return folder


def write_adapter(folder: Path, *, rank: int = 2, width: int = 8, fill: int = 0, **config: Any) -> Path:
    folder.mkdir(parents=True)
    said = {"peft_type": "LORA", "r": rank, "lora_alpha": rank, "target_modules": ["q_proj"], "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(said | config))
    name = f"base_model.model.{LAYER}.lora_"
    weights = safetensors({f"{name}A.weight": (rank, width), f"{name}B.weight": (width, rank)}, fill)
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def write_run(folder: Path, model: Path, score: float | None, **adapter: Any) -> Path:
    """A finished training run as ``acrisol train`` leaves it."""
    write_adapter(folder / "best", **adapter)
    (folder / "recipe.yaml").write_text(
        json.dumps({"model": str(model), "scoring": {"suite": "mbpp", "problems": 20}})
    )
    result = {"folder": "/elsewhere", "best": "/elsewhere/best", "best_step": 3, "steps": 4, "loss": 0.5}
    result |= {"rows": 10, "tokens": 100, "seconds": 1.0, "ended": "finished", "data_digest": "0" * 64}
    (folder / "result.json").write_text(json.dumps(result | {"score": score}))
    return folder
