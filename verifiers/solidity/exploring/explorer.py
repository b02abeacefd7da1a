"""Has Mythril explore contracts in the sandbox: the request, the job, and what need not be done again.

The driver's process starts in a fork of an interpreter that has imported Mythril, where the sandbox keeps
one; a second and a half less than a start of its own.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from verifiers.domain import Value
from verifiers.errors import ToolFailed
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import WORKDIR, ExecResult, Job, Limits, Preload, Sandbox
from verifiers.solidity.compiling.compiler_output import Contract
from verifiers.solidity.compiling.solc import MEMORY_BYTES
from verifiers.solidity.exploring.exploration import Exploration, Explored, parse
from verifiers.solidity.exploring.explored import Explorations, Known, key_of
from verifiers.solidity.toolchain import INSTALL_HINT, SolidityToolchain

_OUTPUT_BYTES = 16 * 2**20
_REPORT_S = 0.7  # of the time kept for starting the sandbox and for the driver's last words
_GRACE_S = 1.0  # after which the sandbox ends it
_DRIVER = ("__init__.py", "engine.py", "explore.py", "loaded.py", "observe.py", "shortcuts.py", "solving.py")
_FOLDER = "explorer"
# The clock starts before Mythril is imported, where it has to be.
_ENTRY = (
    f"import sys, time; started = time.monotonic(); sys.path.insert(0, '{WORKDIR}/{_FOLDER}'); "
    "import warnings; warnings.simplefilter('ignore'); "
    "from driver.loaded import MYTHRIL; from driver.explore import main; main(MYTHRIL, started)"
)


class Depth(Value):
    """How far is explored; stated in the evidence of every verdict.

    Attributes:
        transactions: Calls in a row after the deployment.
        loop_bound: Rounds of a loop.
        max_depth: Jumps on one path.
        call_depth: Calls within calls.
        solver_steps: Of the solver for one query, in its own units; ten millions are about five seconds.
        quick_look: Begin with one transaction from the storage that the constructor leaves, with all else in
            it unknown.
    """

    transactions: int = Field(default=2, ge=1, le=5)
    loop_bound: int = Field(default=3, ge=1, le=64)
    max_depth: int = Field(default=128, ge=8, le=1024)
    call_depth: int = Field(default=3, ge=1, le=16)
    solver_steps: int = Field(default=20_000_000, ge=1000, le=2_000_000_000)
    quick_look: bool = True


@dataclass(frozen=True)
class Run:
    """What an exploration came to.

    Attributes:
        exploration: Of all contracts that were asked for, as far as it got.
        isolation: Where it ran.
        memory_exceeded: It needed more than it was given.
        absent_because: Why a contract is not in the exploration, where one is not.
        reused: Names of the contracts that were explored before, and not again.
    """

    exploration: Exploration
    isolation: str
    memory_exceeded: bool = False
    absent_because: str = "the time ran out before it"
    reused: tuple[str, ...] = ()


class Explorer:
    """Explores contracts, each once. Safe to call from several threads.

    Args:
        sandbox: Where Mythril runs.
        toolchain: Which Mythril.
        depth: How far.
    """

    def __init__(self, sandbox: Sandbox, toolchain: SolidityToolchain, depth: Depth) -> None:
        self._sandbox = sandbox
        self._toolchain = toolchain
        self._depth = depth
        self._known = Explorations()

    @property
    def tool(self) -> str:
        """Mythril and its solver with their versions."""
        return f"mythril {self._toolchain.mythril_version} (z3 {self._toolchain.z3_version})"

    def explore(
        self,
        sources: Mapping[str, str],
        compiled: Mapping[str, Any],
        targets: tuple[Contract, ...],
        seconds: float,
    ) -> Run:
        """Explore what was not explored before.

        Args:
            sources: All texts that were compiled.
            compiled: The compiler's standard JSON output.
            targets: The contracts, the most important first.
            seconds: Wall-clock limit; it may be exceeded by a second and a half, to hear what was found.

        Raises:
            ToolMissing: Mythril is not installed.
            ToolFailed: it could not be started, or its report cannot be read.
        """
        ends = time.monotonic() + seconds
        how = {"depth": self._depth.model_dump(mode="json"), "tool": self.tool, "driver": driver_digest()}
        keys = {
            (target.path, target.name): key_of(compiled, sources, target.path, target.name, how)
            for target in targets
        }
        known = {place: found for place, key in keys.items() if (found := self._known.get(key))}
        missing = [place for place in keys if place not in known]
        fresh, result = Exploration(ended=True), None
        if missing:
            result = self._sandbox.run(self._job(sources, compiled, missing, ends - time.monotonic()))
            fresh = _read(result)
            for place, found in _each(fresh, result.isolation):
                if place in keys:
                    self._known.keep(keys[place], found)
        together, reused = _together(known, fresh, list(keys)), tuple(name for _, name in known)
        if result is None:
            return Run(together, next((each.isolation for each in known.values()), ""), reused=reused)
        return Run(
            together,
            result.isolation,
            memory_exceeded=result.out_of_memory,
            absent_because=_absent_because(result),
            reused=reused,
        )

    def _job(
        self,
        sources: Mapping[str, str],
        compiled: Mapping[str, Any],
        targets: list[tuple[str, str]],
        seconds: float,
    ) -> Job:
        request = {
            **self._depth.model_dump(mode="json"),
            "unconstrained_storage": False,
            "seconds": max(0.0, seconds - _REPORT_S),
            "sources": dict(sources),
            "compiled": {key: compiled.get(key, {}) for key in ("contracts", "sources")},
            "targets": targets,
        }
        return Job(
            environment=SOLIDITY,
            argv=(self._toolchain.require_mythril(), "-P", "-s", "-B", "-c", _ENTRY),
            files=driver_files(),
            stdin=json.dumps(request).encode(),
            env={"MYTHRIL_DIR": "/tmp", "PYTHONHASHSEED": "0"},
            preload=preload(),
            limits=Limits(
                wall_s=max(0.1, seconds) + _GRACE_S,
                cpu_s=max(2, int(2 * seconds) + 2),
                memory_bytes=MEMORY_BYTES,
                output_bytes=_OUTPUT_BYTES,
            ),
        )


@cache
def preload() -> Preload:
    """What an interpreter can have ready: Mythril, imported, and the driver."""
    modules = ("driver.loaded", "driver.explore")
    return Preload(modules=modules, folder=_FOLDER, files=driver_files(), import_only=True, on_the_clock=True)


@cache
def driver_files() -> dict[str, bytes]:
    """The driver, as it is sent into the sandbox."""
    folder = files(__package__).joinpath("driver")
    return {f"{_FOLDER}/driver/{name}": folder.joinpath(name).read_bytes() for name in _DRIVER}


@cache
def driver_digest() -> str:
    """Changes whenever the driver does."""
    return hashlib.sha256(b"\0".join(driver_files().values())).hexdigest()


def _each(fresh: Exploration, isolation: str) -> list[tuple[tuple[str, str], Known]]:
    quick = {(each.path, each.name): each for each in fresh.quick if not each.timed_out and not each.crash}
    return [
        (place, Known(each, quick.get(place), fresh.versions, isolation))
        for each in fresh.contracts
        if (place := (each.path, each.name))
    ]


def _together(
    known: Mapping[tuple[str, str], Known], fresh: Exploration, order: list[tuple[str, str]]
) -> Exploration:
    """What was known and what is new, in the order in which it was asked for."""

    def sort(found: list[Explored]) -> tuple[Explored, ...]:
        return tuple(sorted(found, key=lambda each: order.index((each.path, each.name))))

    wanted = [each for each in fresh.contracts if (each.path, each.name) in order]
    looked = [each for each in fresh.quick if (each.path, each.name) in order]
    versions = dict(fresh.versions) or dict(next((each.versions for each in known.values()), {}))
    return Exploration(
        versions=versions,
        contracts=sort([*wanted, *(each.explored for each in known.values())]),
        quick=sort([*looked, *(each.quick for each in known.values() if each.quick)]),
        ended=fresh.ended,
    )


def _absent_because(result: ExecResult) -> str:
    if result.out_of_memory:
        return "more memory was needed"
    if result.truncated:
        return "the report was too long"
    if not result.timed_out and result.exit_code:
        return f"Mythril ended before it (exit {result.exit_code})"
    return Run.absent_because


def _read(result: ExecResult) -> Exploration:
    """The driver's report, or the reason why there is none.

    Raises:
        ToolFailed: Mythril could not be started.
    """
    exploration = parse(result.stdout.decode("utf-8", "replace"))
    if exploration.versions or result.timed_out or result.out_of_memory:
        return exploration
    said = (result.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"])[-1][:300]
    raise ToolFailed(f"Mythril could not be started (exit {result.exit_code}: {said}).", INSTALL_HINT)
