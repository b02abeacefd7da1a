"""Does the code under test reach for the test runner? Read from the calls that a run recorded. Pure.

forge carries out "cheat codes" for whoever calls one address: any contract can turn the clock, change
storage, skip the test. So every such call must come from code of the tests. What counts is the code that
runs, not the account in whose name it does, and whose code an account has is known from how it was created.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verifiers.solidity.testing.code_origin import Origins, Unit

CHEAT_CODES = "0x7109709ecfa91a80626ff3989d68f67f5b1dd12d"
CONSOLE = "0x000000000000000000636f6e736f6c652e6c6f67"
RUNNER = "0x1804c8ab1f12e6bbf3894d4083f33e07309d1f38"  # who calls the test contract
# The selector of vm.addr(uint256), which refuses 0: what vm.assume is turned into, see ``replicas.py``.
ASSUMED_FALSE = "ffa18649" + "0" * 64
_ETCH = "b4d6c782"  # etch(address,bytes)
_OTHERS_CODE = ("DELEGATECALL", "CALLCODE")
_CREATE = ("CREATE", "CREATE2")
_RUN_BY_THE_RUNNER = ("test", "invariant", "statefulFuzz", "table", "setUp", "beforeTest", "afterInvariant")
_MOST = 20


@dataclass
class Watched:
    """What the calls of one test show.

    Attributes:
        cheats: What the code under test did that only tests may do, in words -> the contract that did it,
            None where that is not known.
        shared: Why the code under test runs as part of the test itself; empty if it does not.
        assumed: The test found an input unfit.
        executed: First four bytes (hex) of every call that the runner made of the test contract.
    """

    cheats: dict[str, Unit | None] = field(default_factory=dict)
    shared: str = ""
    assumed: bool = False
    executed: list[str] = field(default_factory=list)


def watch(traces: object, origins: Origins) -> Watched:
    """Look at all calls of one test.

    Args:
        traces: The test's ``traces`` in the runner's report: pairs of a phase and the calls in it.
        origins: Whose code is whose.
    """
    watcher = _Watcher(origins)
    for phase, arena in _phases(traces):
        watcher.follow(phase, arena)
    return watcher.found


def _phases(traces: object) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    for entry in traces if isinstance(traces, list) else ():
        phase, calls = entry
        yield str(phase), calls["arena"]


@dataclass(frozen=True)
class _Frame:
    """Code that runs: whose it is, and in whose name."""

    unit: Unit | None
    trusted: bool
    address: str


_RUNNERS = _Frame(None, True, RUNNER)


class _Watcher:
    def __init__(self, origins: Origins) -> None:
        self._origins = origins
        self._accounts: dict[str, tuple[Unit | None, bool]] = {}
        self._test = ""  # address of the test contract
        self.found = Watched()

    def follow(self, phase: str, arena: Sequence[Mapping[str, Any]]) -> None:
        """Calls in the order in which they were made: a parent comes before its children."""
        frames: dict[int, _Frame] = {}
        for node in arena:
            parent = node.get("parent")
            caller = _RUNNERS if parent is None else frames[parent]
            frames[int(node["idx"])] = self._enter(phase, caller, node["trace"])

    def _enter(self, phase: str, caller: _Frame, call: Mapping[str, Any]) -> _Frame:
        kind, address = str(call["kind"]).upper(), str(call["address"]).lower()
        data = str(call["data"]).lower().removeprefix("0x")
        if kind in _CREATE:
            return self._created(phase, caller, address, data)
        if address in (CHEAT_CODES, CONSOLE):
            self._runner_called(caller, address, data, succeeded=bool(call.get("success")))
            return _Frame(None, caller.trusted, address)
        unit, trusted = self._accounts.get(address, (None, False))
        if kind in _OTHERS_CODE:
            if caller.trusted and not trusted and caller.address == self._test:
                self.found.shared = self.found.shared or (
                    f"the test delegates to code of {unit.name if unit else 'another account'}"
                )
            return _Frame(unit, trusted, caller.address)
        if caller is _RUNNERS and address == self._test:
            self.found.executed.append(data[:8])
        if address == self._test and not caller.trusted:
            self._entered(caller, data[:8])
        return _Frame(unit, trusted, address)

    def _created(self, phase: str, caller: _Frame, address: str, data: str) -> _Frame:
        unit = self._origins.unit_of(data)
        trusted = caller.trusted and unit is not None and unit.trusted
        self._accounts[address] = (unit, trusted)
        if caller is _RUNNERS and phase == "Deployment":
            self._test = address  # libraries are deployed first, the test contract last
        return _Frame(unit, trusted, address)

    def _runner_called(self, caller: _Frame, address: str, data: str, *, succeeded: bool) -> None:
        if not caller.trusted:
            if caller.unit is not None and not caller.unit.candidates and not caller.unit.trusted:
                self.found.shared = self.found.shared or (
                    f"{caller.unit.name} uses cheat codes and holds code of the candidate"
                )
                return
            named = self._origins.names.get(data[:8], f"0x{data[:8]}")
            what = "console.log" if address == CONSOLE else f"the test runner's cheat code {named}"
            self._cheated(caller, f"calls {what}")
            return
        if address == CONSOLE:
            return
        if data.startswith(ASSUMED_FALSE) and not succeeded:
            self.found.assumed = True
        if data.startswith(_ETCH):
            self._accounts["0x" + data[32:72]] = (None, False)

    def _entered(self, caller: _Frame, selector: str) -> None:
        """The code under test may call a test back, but not run it, or set it up anew."""
        name = self._origins.names.get(selector, "")
        if name.startswith(_RUN_BY_THE_RUNNER):
            self._cheated(caller, f"calls the test's own function {name}")

    def _cheated(self, caller: _Frame, what: str) -> None:
        who = caller.unit.name if caller.unit else f"the contract at {caller.address}"
        if len(self.found.cheats) < _MOST:
            self.found.cheats.setdefault(f"{who} {what}", caller.unit)
