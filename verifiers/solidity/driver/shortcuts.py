"""Mythril does the same with less work: no solver for plain sums, no deep copies of what never changes.

Each of these gives what the replaced code gave. On five small contracts they take 10 to 60% of the CPU
seconds away. Runs in the sandbox beside ``explore.py``.
"""

from __future__ import annotations

from copy import copy
from importlib import import_module
from typing import Any

import z3


def take_shortcuts() -> None:
    """Replace the slow places; once, after Mythril was imported."""
    calldata = import_module("mythril.laser.ethereum.state.calldata")
    account = import_module("mythril.laser.ethereum.state.account")
    constraints = import_module("mythril.laser.ethereum.state.constraints")
    support = import_module("mythril.support.support_utils")
    z3.AstRef.__copy__ = lambda self: self  # a term never changes
    z3.AstRef.__deepcopy__ = lambda self, _memo: self
    calldata.Solver = Sums
    account.Storage.__deepcopy__ = copy_storage
    constraints.Constraints.__deepcopy__ = copy_constraints
    constraints.Constraints.__copy__ = copy_constraints
    support.deepcopy = lambda model: model  # see quick look-ups of models: completing one does not harm it


class Sums:
    """Stands in for the solver that is asked, byte by byte, whether a slice of call data has ended."""

    def __init__(self) -> None:
        self._differs: Any = None
        self._timeout = 0

    def set_timeout(self, milliseconds: int) -> None:
        """As of a solver."""
        self._timeout = milliseconds

    def add(self, differs: Any) -> None:
        """Take the one condition: that two places differ."""
        self._differs = differs.raw if hasattr(differs, "raw") else z3.BoolVal(bool(differs))

    def check(self) -> z3.CheckSatResult:
        """Whether they can."""
        plain = z3.simplify(self._differs)
        if z3.is_true(plain):
            return z3.sat
        if z3.is_false(plain):
            return z3.unsat
        solver = z3.Solver()
        solver.set(timeout=self._timeout)
        solver.add(plain)
        return solver.check()


def copy_constraints(self: Any, _memo: Any = None) -> Any:
    """Conditions are simplified when they are added; a copy need not do it again."""
    made = type(self)()
    list.extend(made, self)
    return made


def copy_storage(self: Any, _memo: Any = None) -> Any:
    """A storage of its own, with the same values; the sets of keys hold what never changes."""
    made = copy(self)
    made._standard_storage = copy(self._standard_storage)
    made.printable_storage = copy(self.printable_storage)
    made.storage_keys_loaded = copy(self.storage_keys_loaded)
    made.keys_set = copy(self.keys_set)
    made.keys_get = copy(self.keys_get)
    return made
