"""A LoRA adapter as PEFT saves it: read with care, laid over its base, taken apart into its factors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import ModelMissing, installing
from models.training.errors import in_short
from verifiers.errors import InvalidInput, ToolMissing

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_MAX_CONFIG_BYTES = 1_000_000
_SAVED = "Give the folder of a saved LoRA adapter, such as a run's best/."


@dataclass(frozen=True)
class Factor:
    """What is added to one matrix: ``scale * B @ A``.

    Attributes:
        name: transformers' name of the matrix.
        a: Array of shape (rank, inputs), float32.
        b: Array of shape (outputs, rank), float32.
        scale: By PEFT: alpha / rank, or alpha / sqrt(rank).
    """

    name: str
    a: Any
    b: Any
    scale: float


def check_adapter(folder: Path) -> None:
    """See that a folder holds a LoRA adapter that can be exported, before anything is loaded.

    Raises:
        ModelMissing: there is none.
        InvalidInput: it is of another kind, or more than LoRA; its field is ``adapter``.
    """
    config = folder / CONFIG
    if not config.is_file():
        raise ModelMissing(f"There is no {CONFIG} in {str(folder)[:200]!r}.", _SAVED)
    if not (folder / WEIGHTS).is_file():
        # PEFT would go on to adapter_model.bin, a pickle, or to a model hub.
        raise ModelMissing(f"There is no {WEIGHTS} in {str(folder)[:200]!r}.", _SAVED)
    if config.stat().st_size > _MAX_CONFIG_BYTES:
        raise InvalidInput("adapter", f"has a {CONFIG} that is too long to be one.", _SAVED)
    try:
        read = json.loads(config.read_bytes())
        kind, settings = str(read["peft_type"]), dict(read)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInput("adapter", f"has a {CONFIG} that cannot be read.", _SAVED) from error
    if kind != "LORA":
        raise InvalidInput(
            "adapter", f"is of PEFT type {kind[:40]!r}.", "Only LoRA adapters can be exported."
        )
    beyond = [
        name
        for name, plain in (
            ("use_dora", (False, None)),
            ("bias", ("none", None)),
            ("lora_bias", (False, None)),
            ("modules_to_save", (None, [])),
            ("trainable_token_indices", (None, [])),
            ("auto_mapping", (None,)),
        )
        if settings.get(name) not in plain
    ]
    if beyond:
        raise InvalidInput(
            "adapter",
            f"uses {', '.join(beyond)}, which a LoRA in a GGUF file cannot hold.",
            "Train plain LoRA.",
        )


def load_adapted(model: Any, folder: Path) -> Any:
    """Lay an adapter over a model; see :func:`check_adapter`.

    Raises:
        InvalidInput: the adapter does not fit the model; its field is ``adapter``.
        ToolMissing: peft is not installed.
    """
    check_adapter(folder)
    try:
        from peft import PeftModel
    except ImportError as error:
        raise ToolMissing("Loading an adapter needs peft.", installing("train")) from error
    try:
        return PeftModel.from_pretrained(model, str(folder), is_trainable=False).eval()
    except Exception as error:  # a damaged file raises errors of every kind
        raise InvalidInput(
            "adapter",
            f"does not fit the model ({in_short(error)}).",
            "Give the model that it was trained on as base.",
        ) from error


def factors(adapted: Any) -> Iterator[Factor]:
    """What the adapter adds to each matrix, as PEFT itself applies it (patterns and rank scaling included).

    Raises:
        InvalidInput: it changes something else than matrices; its field is ``adapter``.
    """
    from peft.tuners.lora import Linear, LoraLayer

    for path, module in adapted.named_modules():
        if not isinstance(module, LoraLayer):
            continue
        if not isinstance(module, Linear):
            raise InvalidInput(
                "adapter",
                f"changes {path[:200]}, which is not a linear layer.",
                "Train LoRA on linear layers.",
            )
        for name in module.active_adapters:
            if name not in module.lora_A:
                continue
            yield Factor(
                name=f"{path.removeprefix('base_model.model.')}.weight",
                a=module.lora_A[name].weight.detach().float().cpu().numpy(),
                b=module.lora_B[name].weight.detach().float().cpu().numpy(),
                scale=float(module.scaling[name]),
            )
