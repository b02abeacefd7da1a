"""What a recipe will take before it is run: memory, time and cost on each kind of device."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.training.cost import Device, hours
from models.training.memory import GIB, Memory, memory_of
from models.training.recipe import Recipe
from models.training.shape import Shape
from models.training.volume import Volume
from verifiers.domain import Value

COUNTS = (1, 2, 4, 8, 16, 32, 64)


class Line(Value):
    """A kind of device.

    Attributes:
        device: Which.
        count: The fewest that hold the run; the most that a plan tries if none do.
        memory: On each.
        fits: It does.
        hours: Wall clock.
        dollars: For all of them.
    """

    device: Device
    count: int
    memory: Memory
    fits: bool
    hours: float
    dollars: float


class RunPlan(Value):
    """A recipe's plan.

    Attributes:
        recipe: Which.
        parameters: Of the model.
        trained: Of them, or of the adapter.
        volume: Of the data.
        sequences: In one epoch (of one fold), once packed.
        steps: Of the optimizer, in all epochs and folds.
        lines: One a kind of device.
    """

    recipe: Recipe
    parameters: int
    trained: int
    volume: Volume
    sequences: int
    steps: int
    lines: tuple[Line, ...]


def plan_of(recipe: Recipe, shape: Shape, volume: Volume, devices: Sequence[Device]) -> RunPlan:
    """Memory, time and cost of a recipe.

    Args:
        recipe: What is to be run.
        shape: Its model.
        volume: Its data.
        devices: Kinds to reckon with; with prices.

    Raises:
        InvalidInput: the model has no layer that the adapter is to be laid over.
    """
    wanted = recipe.optimization
    packs = recipe.data.packing and recipe.method != "dpo"
    folds = recipe.data.folds
    learnt = 1 - 1 / folds if folds > 1 else 1.0  # of the rows, in each fold's run
    sequences = math.ceil(learnt * (volume.tokens / recipe.data.max_tokens if packs else volume.rows))
    epochs = wanted.converge_epochs + wanted.refine_epochs
    steps = max(1, math.ceil(sequences / wanted.batch)) * epochs
    share = 1.0
    if wanted.max_steps is not None and wanted.max_steps < steps:
        share, steps = wanted.max_steps / steps, wanted.max_steps
    tokens, steps = volume.tokens * learnt * epochs * share * folds, steps * folds
    trained = shape.parameters if recipe.tuning == "full" else shape.lora_parameters(recipe.lora)
    return RunPlan(
        recipe=recipe,
        parameters=shape.parameters,
        trained=trained,
        volume=volume,
        sequences=sequences,
        steps=steps,
        lines=tuple(
            _line(recipe, shape, tokens, device)
            for device in devices
            if not (device.cpu and recipe.tuning == "qlora")
        ),
    )


def _line(recipe: Recipe, shape: Shape, tokens: float, device: Device) -> Line:
    bf16 = not device.cpu and recipe.optimization.precision != "fp32"
    counts = (1,) if device.cpu else COUNTS
    for count in counts:
        memory = memory_of(recipe, shape, bf16=bf16, devices=count, cpu=device.cpu)
        if memory.total <= device.memory_gib * GIB:
            break
    takes = hours(recipe, shape, tokens, device, count)
    return Line(
        device=device,
        count=count,
        memory=memory,
        fits=memory.total <= device.memory_gib * GIB,
        hours=takes,
        dollars=takes * count * device.dollars_hour,
    )
