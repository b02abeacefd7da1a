"""A Llama's sizes, from its configuration alone: no weights, no hub, no torch."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.training.gguf_header import gguf_config
from models.training.recipe import Lora
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input

_ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")


class Shape(BaseModel):
    """What decides how large a Llama is; fields as in ``config.json``, whose others are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hidden_size: int = Field(gt=0)
    intermediate_size: int = Field(gt=0)
    num_hidden_layers: int = Field(gt=0, le=1000)  # of which an adapter's are named one by one
    num_attention_heads: int = Field(gt=0)
    num_key_value_heads: int = Field(default=0, ge=0)
    head_dim: int = Field(default=0, ge=0)
    vocab_size: int = Field(gt=0)
    tie_word_embeddings: bool = False
    max_position_embeddings: int = Field(default=2048, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            heads = value.get("num_attention_heads")
            given = {name: part for name, part in value.items() if part is not None}
            if isinstance(heads, int) and heads > 0 and isinstance(value.get("hidden_size"), int):
                return {"num_key_value_heads": heads, "head_dim": value["hidden_size"] // heads} | given
        return value

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if not self.num_key_value_heads or self.num_attention_heads % self.num_key_value_heads:
            raise ValueError("num_attention_heads must be a multiple of num_key_value_heads")
        return self

    @property
    def linear_layers(self) -> dict[str, tuple[int, int]]:
        """Names and (in, out) sizes of a decoder layer's linear layers; they have no bias in a Llama."""
        wide, narrow = self.num_attention_heads * self.head_dim, self.num_key_value_heads * self.head_dim
        hidden, inner = self.hidden_size, self.intermediate_size
        return {
            "q_proj": (hidden, wide),
            "k_proj": (hidden, narrow),
            "v_proj": (hidden, narrow),
            "o_proj": (wide, hidden),
            "gate_proj": (hidden, inner),
            "up_proj": (hidden, inner),
            "down_proj": (inner, hidden),
        }

    @property
    def linear_parameters(self) -> int:
        """Of all decoder layers' linear layers: what QLoRA keeps in 4 bits."""
        return self.num_hidden_layers * sum(rows * columns for rows, columns in self.linear_layers.values())

    @property
    def other_parameters(self) -> int:
        """Embeddings, head and norms."""
        tables = 1 if self.tie_word_embeddings else 2
        norms = (2 * self.num_hidden_layers + 1) * self.hidden_size
        return tables * self.vocab_size * self.hidden_size + norms

    @property
    def parameters(self) -> int:
        """All of them."""
        return self.linear_parameters + self.other_parameters

    @property
    def multiplied_parameters(self) -> int:
        """Those that a token is multiplied with: linear layers and head, not the embedding table."""
        return self.linear_parameters + self.vocab_size * self.hidden_size

    @property
    def layers(self) -> dict[str, tuple[int, int]]:
        """Full names and (in, out) sizes of all that an adapter can be laid over."""
        found = {
            f"model.layers.{number}.{'self_attn' if name in _ATTENTION else 'mlp'}.{name}": size
            for number in range(self.num_hidden_layers)
            for name, size in self.linear_layers.items()
        }
        ends = {"model.embed_tokens": (self.vocab_size, self.hidden_size)}
        return found | ends | {"lm_head": (self.hidden_size, self.vocab_size)}

    def adapted(self, lora: Lora) -> dict[str, tuple[int, int]]:
        """Those of :attr:`layers` that an adapter is laid over; a target is the end of a name, as in peft.

        Raises:
            InvalidInput: a target is none of them.
        """
        layers = self.layers
        if lora.targets == "all-linear":
            return {name: size for name, size in layers.items() if name.startswith("model.layers.")}
        for target in lora.targets:
            if not any(named(name, target) for name in layers):
                known = ", ".join((*self.linear_layers, "embed_tokens", "lm_head"))
                raise InvalidInput(
                    "lora.targets", f"there is no layer named '{target[:200]}'.", f"A Llama has: {known}."
                )
        return {
            name: size for name, size in layers.items() if any(named(name, target) for target in lora.targets)
        }

    def lora_parameters(self, lora: Lora) -> int:
        """Of an adapter: ``r x (in + out)`` for each target (Hu et al. 2021).

        Raises:
            InvalidInput: a target is no layer.
        """
        return sum(lora.r * (rows + columns) for rows, columns in self.adapted(lora).values())


def named(layer: str, target: str) -> bool:
    """Whether a target of LoRA means a layer of this full name."""
    return layer == target or layer.endswith(f".{target}")


def shape_of(model: str) -> Shape:
    """A model's shape: from the table that ships, a GGUF file, or a folder's ``config.json``.

    Raises:
        InvalidInput: none has it, it is damaged, or no Llama's.
    """
    table = yaml.safe_load(files(__package__).joinpath("models.yaml").read_text(encoding="utf-8"))
    if model in table:
        return Shape.model_validate(table[model])
    path = Path(os.path.expanduser(model))
    if path.suffix == ".gguf":
        config = gguf_config(path)
    else:
        path = path / "config.json"
        config = _config(path, model, table)
    try:
        return Shape.model_validate(config)
    except ValidationError as error:
        raise invalid_input(error, f"{path}") from error


def _config(path: Path, model: str, known: Iterable[str]) -> Any:
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "model",
            f"no configuration of '{model}' is here, so its size is not known.",
            f"Give a .gguf file, a folder with config.json, or one of: {', '.join(known)}.",
        ) from error
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(
            "model", f"{path} is damaged: it is no JSON.", "Give the folder of a saved checkpoint."
        ) from error
