"""Mythril as ``observe.py`` uses it: only the needed parts imported, and two slow habits put right.

Runs in the sandbox beside ``explore.py``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from types import ModuleType, SimpleNamespace
from typing import Any

from .shortcuts import take_shortcuts
from .solving import pin_seeds

# The order is Mythril's, whose modules import each other in circles.
_PARTS = {
    "SymExecWrapper": "mythril.analysis.symbolic",
    "ModuleLoader": "mythril.analysis.module",
    "SolverTimeOutException": "mythril.exceptions",
    "symbolic": "mythril.laser.ethereum.transaction",
    "ULE": "mythril.laser.smt",
    "symbol_factory": "mythril.laser.smt",
    "LaserPluginLoader": "mythril.laser.plugin.loader",
    "soliditycontract": "mythril.solidity",
    "model": "mythril.support",
    "DynLoader": "mythril.support.loader",
    "SignatureDB": "mythril.support.signatures",
    "StartTime": "mythril.support.start_time",
    "args": "mythril.support.support_args",
}
_MOST_WEI = 2**100


def load_mythril() -> SimpleNamespace:
    """Import the parts of Mythril that exploring needs; about a second."""
    _leave_out_unused()
    parts = {}
    for name, home in _PARTS.items():
        module = import_module(home)
        parts[name] = getattr(module, name, None) or import_module(f"{home}.{name}")
    mythril = SimpleNamespace(**parts)
    mythril.versions = {"mythril": version("mythril"), "z3": version("z3-solver")}
    mythril.ModuleLoader()
    mythril.model.ThreadPool = DirectCall
    bound_ether(mythril)
    take_shortcuts(mythril.SolverTimeOutException)
    pin_seeds()
    return mythril


def _leave_out_unused() -> None:
    """Put empty modules where libraries would be that nothing we call uses.

    Mythril imports all its optional parts at once: compiler launchers that ask the network for a list of
    compilers while they are imported, a plot, a learned order of transactions, proof-of-work hashing.
    """
    _absent("pyethash", "mine_to_light", "EPOCH_LENGTH", "hashimoto_light", "get_cache_size", "mkcache_bytes")
    _absent("solc")
    _absent("solcx").__dict__.update(get_installable_solc_versions=list, get_installed_solc_versions=list)
    _absent("mythril.laser.ethereum.tx_prioritiser", "RfTxPrioritiser")
    _absent("mythril.laser.plugin.plugins.benchmark", "BenchmarkPlugin", "BenchmarkPluginBuilder")


def _absent(name: str, *attributes: str) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(dict.fromkeys(attributes))
    sys.modules[name] = module
    return module


class DirectCall:
    """Stands in for the thread pool of one that Mythril makes for every solver query.

    Ending such a pool takes a tenth of a second, many times what most queries take. The solver keeps its own
    limit, and the end of a contract's time is watched from another thread (``Observer.watch``).
    """

    def __init__(self, _size: int) -> None:
        self._answer: Any = None

    def apply_async(self, function: Any, args: tuple[Any, ...]) -> DirectCall:
        """Call the function now."""
        self._answer = function(*args)
        return self

    def get(self, _timeout: float) -> Any:
        """What it returned."""
        return self._answer

    def terminate(self) -> None:
        """Nothing runs any more."""


def bound_ether(mythril: Any) -> None:
    """Let no transaction carry more than 2**100 wei, ten thousand times all the ether there is.

    Without it the solver searches 256-bit sums of payments for overflows that no chain can see: one such
    query, in a plain ``balances[msg.sender] += msg.value``, ran into a 15 s time-out and takes 0.2 s with it.
    """
    begin = mythril.symbolic._setup_global_state_for_execution
    limit = mythril.symbol_factory.BitVecVal(_MOST_WEI, 256)

    def begin_bounded(machine: Any, transaction: Any, constraints: Any = None) -> None:
        begin(machine, transaction, [*(constraints or ()), mythril.ULE(transaction.call_value, limit)])

    mythril.symbolic._setup_global_state_for_execution = begin_bounded
