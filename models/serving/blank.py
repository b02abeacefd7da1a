"""An adapter that changes nothing, so that the live name answers although no adapter is live.

vLLM keeps the names of base models and of adapters apart, and the live name can only ever be one of the
latter. A LoRA whose ``lora_B`` is zero adds exactly zero.
"""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path

from models.serving.adapters import CONFIG, WEIGHTS, layer_widths

_RANK = 1
_LAYERS = ("q_proj", "qkv_proj", "query_key_value", "c_attn")


def write_blank(base: Path, folder: Path) -> bool:
    """Make such an adapter for a checkpoint folder.

    Args:
        base: The checkpoint.
        folder: Where it goes; one that is there already is left alone.

    Returns:
        False if no layer of the checkpoint is known to take adapters.

    Raises:
        OSError: it cannot be written.
    """
    if (folder / WEIGHTS).is_file():
        return True
    widths = layer_widths(base)
    layer = min((layer for layer in widths if layer.endswith(_LAYERS)), default="")
    if not layer:
        return False
    into, out = widths[layer]
    scratch = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
    scratch.mkdir(0o700, parents=True)
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": str(base),
        "r": _RANK,
        "lora_alpha": _RANK,
        "target_modules": [layer.rpartition(".")[2]],
        "bias": "none",
    }
    name = f"base_model.model.{layer}.lora_"
    weights = _safetensors({f"{name}A.weight": (_RANK, into), f"{name}B.weight": (out, _RANK)})
    try:
        (scratch / CONFIG).write_text(json.dumps(config))
        (scratch / WEIGHTS).write_bytes(weights)
        scratch.rename(folder)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
        if not (folder / WEIGHTS).is_file():  # else another process was faster
            raise
    return True


def _safetensors(shapes: dict[str, tuple[int, int]]) -> bytes:
    """A safetensors file of zeros in float32."""
    head, end = {}, 0
    for name, (rows, columns) in shapes.items():
        begin, end = end, end + 4 * rows * columns
        head[name] = {"dtype": "F32", "shape": [rows, columns], "data_offsets": [begin, end]}
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + bytes(end)
