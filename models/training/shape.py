"""A Llama's sizes, from its configuration alone: no weights, no hub, no torch."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.training.recipe import Lora
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input


class Shape(BaseModel):
    """What decides how large a Llama is; fields as in ``config.json``, whose others are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hidden_size: int = Field(gt=0)
    intermediate_size: int = Field(gt=0)
    num_hidden_layers: int = Field(gt=0)
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

    def lora_parameters(self, lora: Lora) -> int:
        """Of an adapter: ``r x (in + out)`` for each target (Hu et al. 2021)."""
        return self.num_hidden_layers * sum(
            lora.r * (rows + columns)
            for name, (rows, columns) in self.linear_layers.items()
            if lora.targets == "all-linear" or name in lora.targets
        )


def shape_of(model: str) -> Shape:
    """A model's shape: from the table that ships, or from a folder's ``config.json``.

    Raises:
        InvalidInput: neither has it, or it is no Llama's.
    """
    table = yaml.safe_load(files(__package__).joinpath("models.yaml").read_text(encoding="utf-8"))
    if model in table:
        return Shape.model_validate(table[model])
    path = Path(os.path.expanduser(model)) / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return Shape.model_validate(config)
    except ValidationError as error:
        raise invalid_input(error, f"{path}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(
            "model",
            f"no configuration of '{model}' is here, so its size is not known.",
            f"Give a folder with config.json, or one of: {', '.join(table)}.",
        ) from error
