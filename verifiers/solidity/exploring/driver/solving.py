"""The solver, pinned: fixed seeds, and a query that ends after so many steps instead of so much time.

With a time-out a busy machine loses queries that an idle one answers: on one with twenty programs waiting for
two cores, a query of a reentrancy was lost after 20 s, of which it had 1.7 s of CPU. Steps are the same
everywhere. Runs in the sandbox beside ``explore.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3  # type: ignore[import-not-found]

_SEEDS = ("smt.random_seed", "sat.random_seed", "sls.random_seed", "nlsat.seed")


def pin_seeds() -> None:
    """Let every solver of this process begin with the same random numbers."""
    for name in _SEEDS:
        z3.set_param(name, 0)


def bounded(make: Callable[[], Any], steps: int) -> Callable[[], Any]:
    """A maker of Mythril's solvers that give up after so many steps (z3's ``rlimit``)."""

    def made() -> Any:
        solver = make()
        solver.raw.set("rlimit", steps)
        return solver

    return made
