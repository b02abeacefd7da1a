"""Attacks on a model: one a module, all in :data:`ATTACKS`."""

from models.adversarial.attacks.registry import ATTACKS, FAMILIES, all_cases

__all__ = ["ATTACKS", "FAMILIES", "all_cases"]
