"""How long a run takes on a kind of device, and what that costs."""

from __future__ import annotations

from importlib.resources import files

import yaml
from pydantic import Field

from models.training.recipe import Recipe
from models.training.shape import Shape
from verifiers.domain import Value

_QLORA_SHARE = 2 / 3  # of the utilisation: the base is widened again in each pass


class Device(Value):
    """A kind of GPU (or a CPU), as ``gpus.yaml`` has it."""

    name: str
    memory_gib: float = Field(gt=0)
    tflops: float = Field(gt=0)
    utilisation: float = Field(gt=0, le=1)
    dollars_hour: float = Field(ge=0, allow_inf_nan=False)
    cpu: bool = False


def devices() -> tuple[Device, ...]:
    """The kinds that ship."""
    table = yaml.safe_load(files(__package__).joinpath("gpus.yaml").read_text(encoding="utf-8"))
    return tuple(Device(name=name, **values) for name, values in table.items())


def flops_a_token(recipe: Recipe, shape: Shape) -> float:
    """Floating-point operations of a training step for one token.

    Forward: 2 a multiplied weight, and ``4 x layers x width x length`` for attention, of which a causal mask
    needs half (Kaplan et al. 2020, section 2.1; Chowdhery et al. 2022, appendix B). Backward: as much for the
    linear layers' inputs, twice as much for attention, and for the weights 2 each, unless they are frozen.
    Checkpointing computes the forward pass twice. DPO's reference model makes one more.
    """
    width = shape.num_attention_heads * shape.head_dim
    attention = 0.5 * 4 * shape.num_hidden_layers * width * recipe.data.max_tokens
    forward = 2.0 * shape.multiplied_parameters + attention
    weights = 2.0 * shape.multiplied_parameters if recipe.tuning == "full" else 0.0
    again = forward if recipe.optimization.gradient_checkpointing else 0.0
    reference = forward if recipe.method == "dpo" else 0.0
    return 2 * forward + attention + weights + again + reference


def hours(recipe: Recipe, shape: Shape, tokens: float, device: Device, count: int = 1) -> float:
    """Wall clock for so many tokens, padding and all epochs included.

    Args:
        recipe: Tuning and checkpointing.
        shape: The model.
        tokens: That go through it.
        device: What computes.
        count: So many of them, of which each is used as well as one.
    """
    used = device.utilisation * (_QLORA_SHARE if recipe.tuning == "qlora" else 1.0)
    return tokens * flops_a_token(recipe, shape) / (device.tflops * 1e12 * used * count) / 3600
