"""The learning rate over a run's steps."""

from __future__ import annotations

import math


def rate_factor(step: int, steps: int, warmup: float, converge_share: float, refine_rate: float) -> float:
    """What the highest rate is multiplied by at a step.

    It rises in a line over the warm-up, falls along a cosine to ``refine_rate`` by the end of the epochs that
    converge, and in the refinement along another cosine to 0.

    Args:
        step: From 0.
        steps: Of the whole run.
        warmup: Share of all steps that rise.
        converge_share: Share of all steps in the first phase, warm-up included; 1 for no refinement.
        refine_rate: Factor when the refinement begins.
    """
    rising = math.ceil(warmup * steps)
    if step < rising:
        return (step + 1) / rising
    turning = max(converge_share * steps, rising)
    if converge_share >= 1:
        return _cosine((step - rising) / max(steps - rising, 1), 1.0, 0.0)
    if step < turning:
        return _cosine((step - rising) / max(turning - rising, 1), 1.0, refine_rate)
    return _cosine((step - turning) / max(steps - turning, 1), refine_rate, 0.0)


def _cosine(done: float, high: float, low: float) -> float:
    return low + (high - low) * 0.5 * (1 + math.cos(math.pi * min(max(done, 0.0), 1.0)))
