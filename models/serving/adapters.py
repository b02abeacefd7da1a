"""Looking an adapter over before it may come near a server: it comes from elsewhere and is hostile.

Two files of it are ever used, ``adapter_config.json`` and ``adapter_model.safetensors``; neither can carry
code. What is refused is what could (pickles), what points elsewhere (links), what the server would choke on,
and what was made for another model.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from models.serving.command import RANKS
from models.serving.files import PICKLED, opened
from models.serving.tensors import Tensor, tensors_of
from verifiers.errors import InvalidInput

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MAX_BYTES = 8 * 2**30
"""Of the weights."""

_FIELD = "adapter"
_MAX_CONFIG_BYTES = 2**20
_DTYPES = frozenset({"BF16", "F16", "F32"})
_WEIGHT = re.compile(r"base_model\.model\.(?P<layer>[A-Za-z0-9_.]{1,300})\.lora_(?P<side>[AB])\.weight")
# Variants of LoRA that vLLM does not compute, as it says itself (vllm/lora/peft_helper.py, 0.32).
_NOT_SERVED = (
    "alora_invocation_tokens",
    "layer_replication",
    "lora_bias",
    "modules_to_save",
    "use_bdlora",
    "use_dora",
    "use_qalora",
)
_PLAIN_INITS = frozenset({"gaussian", "eva", "orthogonal", "mica", "lora_ga"})


class Adapter(NamedTuple):
    """What is known of an adapter that was looked over.

    Attributes:
        folder: Where it is.
        rank: Its largest rank.
        base_name: The base model's name or path as whoever trained it wrote it; may be empty.
        layers: Of each layer that it changes the width of its input and of its output.
    """

    folder: Path
    rank: int
    base_name: str
    layers: dict[str, tuple[int, int]]


def look_over(folder: Path, max_bytes: int = MAX_BYTES) -> Adapter:
    """Look an adapter's folder over.

    Raises:
        InvalidInput: it is no LoRA adapter that can be served, or something is wrong with it; says what.
    """
    folder = folder.expanduser()
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise _refused(f"the folder {str(folder)[:200]!r} cannot be read ({error.strerror})") from error
    pickled = sorted(name for name in names if name.startswith("adapter_model") and name.endswith(PICKLED))
    if pickled:
        raise _refused(f"{pickled[0][:100]!r} is a pickle, which can run code", "Save it as safetensors.")
    for name in (CONFIG, WEIGHTS):
        if name not in names:
            raise _refused(
                f"there is no {name} in {str(folder)[:200]!r}", "Give the folder of a PEFT adapter."
            )
    rank, base_name = _read_config(folder / CONFIG)
    with opened(folder / WEIGHTS, _FIELD) as file:
        size = file.seek(0, 2)
    if size > max_bytes:
        raise _refused(f"its weights have {size:,} bytes, and {max_bytes:,} are the most")
    layers, largest = _layers(tensors_of(folder / WEIGHTS, _FIELD))
    if largest > rank:
        raise _refused(f"its weights have rank {largest}, and its configuration says {rank}")
    return Adapter(folder, rank, base_name, layers)


def check_fits(adapter: Adapter, base: str, base_path: str) -> None:
    """See to it that an adapter was made for a base model.

    With the base model's weights at hand each layer's widths are compared. Without them, that is for a model
    which the server fetches by name, the names are.

    Args:
        adapter: The adapter.
        base: The base model's name in the registry.
        base_path: Its folder, or its name elsewhere.

    Raises:
        InvalidInput: it was not.
    """
    folder = Path(base_path)
    if not folder.is_absolute():
        last = PurePath(adapter.base_name).name
        if adapter.base_name not in (base_path, base) and last not in (PurePath(base_path).name, base):
            raise _refused(
                f"it was made for {adapter.base_name[:200]!r}, and {base} is {base_path[:200]!r}",
                "Give its own base model with --base.",
            )
        return
    widths = layer_widths(folder)
    for layer, (into, out) in adapter.layers.items():
        found = widths.get(layer)
        if found is None:
            raise _refused(f"it changes the layer {layer[:200]!r}, which {base} has not", _OTHER)
        if found != (into, out):
            raise _refused(
                f"its {layer[:200]} is {into} to {out} wide, and {base}'s {found[0]} to {found[1]}", _OTHER
            )


_OTHER = "It was made for another model: give that one with --base."


def _read_config(path: Path) -> tuple[int, str]:
    with opened(path, _FIELD) as file:
        text = file.read(_MAX_CONFIG_BYTES + 1)
    if len(text) > _MAX_CONFIG_BYTES:
        raise _refused(f"{CONFIG} is longer than {_MAX_CONFIG_BYTES:,} bytes")
    try:
        config: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(f"{CONFIG} is not JSON") from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise _refused(f"{CONFIG} is not that of a LoRA adapter")
    for field in _NOT_SERVED:
        if config.get(field):
            raise _refused(f"it uses {field}, which vLLM does not serve", _MERGE)
    if config.get("bias", "none") != "none":
        raise _refused("it changes biases, which vLLM does not serve", _MERGE)
    init = config.get("init_lora_weights")
    if isinstance(init, str) and init.lower() not in _PLAIN_INITS:
        raise _refused(f"init_lora_weights {init[:40]!r} changes the base model as well", _MERGE)
    patterns = config.get("rank_pattern") or {}
    ranks = [config.get("r"), *(patterns.values() if isinstance(patterns, dict) else [None])]
    if not all(type(rank) is int and rank >= 1 for rank in ranks):
        raise _refused(f"r or rank_pattern in {CONFIG} is no rank")
    rank = max(rank for rank in ranks if isinstance(rank, int))
    if rank > RANKS[-1]:
        raise _refused(f"its rank is {rank}, and {RANKS[-1]} is the most that vLLM serves", _MERGE)
    name = config.get("base_model_name_or_path")
    return rank, name if isinstance(name, str) else ""


_MERGE = "Merge it into its base model, and serve that: acrisol model merge."


def _layers(tensors: dict[str, Tensor]) -> tuple[dict[str, tuple[int, int]], int]:
    """The widths of all layers, and the largest rank."""
    sides: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, tensor in tensors.items():
        match = _WEIGHT.fullmatch(name)
        if match is None or len(tensor.shape) != 2 or tensor.dtype not in _DTYPES or 0 in tensor.shape:
            raise _refused(f"{name[:200]!r} is no weight of a LoRA adapter", _MERGE)
        sides.setdefault(match["layer"], {})[match["side"]] = tensor.shape
    if not sides:
        raise _refused("it has no weights")
    layers, largest = {}, 0
    for layer, found in sides.items():
        if set(found) != {"A", "B"} or found["A"][0] != found["B"][1]:
            raise _refused(f"lora_A and lora_B of {layer[:200]!r} do not fit each other")
        layers[layer] = (found["A"][1], found["B"][0])
        largest = max(largest, found["A"][0])
    return layers, largest


def layer_widths(folder: Path) -> dict[str, tuple[int, int]]:
    """Width of input and output of each layer of a checkpoint that has two of them."""
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        for name, tensor in tensors_of(path, "model").items():
            if name.endswith(".weight") and len(tensor.shape) == 2:
                found[name.removesuffix(".weight")] = (tensor.shape[1], tensor.shape[0])
    return found


def _refused(why: str, hint: str = "") -> InvalidInput:
    return InvalidInput(_FIELD, f"This adapter is not taken: {why}.", hint)
