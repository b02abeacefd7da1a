"""Symbolic execution with Mythril: the ``mythril`` verifier.

The contract is compiled, and then explored by a driver of ours that Mythril's interpreter runs in the
sandbox; ``driver/explore.py`` says what that reports beyond ``myth analyze``. Passing needs every deployable
contract explored to the end within the stated limits, without a lost solver query and without a finding that
blocks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field, JsonValue

from verifiers.domain import Candidate, CodingTask, Finding, Language, Status, Value, Verdict
from verifiers.errors import ToolFailed
from verifiers.policy import blocks
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import ExecResult, Job, Limits, Sandbox
from verifiers.solidity.compilation import Compilations, NotCompiled, Profile, settings
from verifiers.solidity.compiler_output import Contract
from verifiers.solidity.exploration import Exploration, Explored, findings, parse, sequences
from verifiers.solidity.project import project_of
from verifiers.solidity.sequences import KEY, as_evidence
from verifiers.solidity.solc import MEMORY_BYTES
from verifiers.solidity.toolchain import INSTALL_HINT, SolidityToolchain
from verifiers.verifier import Stage

NAME = "mythril"
_OUTPUT_BYTES = 16 * 2**20
_REPORT_S = 0.7  # of the time kept for starting the sandbox and for the driver's last words
_GRACE_S = 1.0  # after which the sandbox ends it
_DRIVER = ("__init__.py", "engine.py", "explore.py", "observe.py")
_LONG = {"issues", "covered", "instructions", "functions", "crash"}


class Depth(Value):
    """How far is explored; stated in the evidence of every verdict.

    Attributes:
        transactions: Calls in a row after the deployment.
        loop_bound: Rounds of a loop.
        max_depth: Jumps on one path.
        call_depth: Calls within calls.
        solver_timeout_ms: For one query.
        unconstrained_storage: Start from any storage whatever instead of what the constructor leaves.
    """

    transactions: int = Field(default=2, ge=1, le=5)
    loop_bound: int = Field(default=3, ge=1, le=64)
    max_depth: int = Field(default=128, ge=8, le=1024)
    call_depth: int = Field(default=3, ge=1, le=16)
    solver_timeout_ms: int = Field(default=10_000, ge=100, le=600_000)
    unconstrained_storage: bool = False


class MythrilVerifier:
    """Blocks contracts for which Mythril shows a sequence of transactions that does harm."""

    name = NAME
    stage = Stage.DEEP_SCAN

    def __init__(
        self,
        sandbox: Sandbox,
        toolchain: SolidityToolchain,
        compilations: Compilations,
        depth: Depth | None = None,
    ) -> None:
        self._sandbox = sandbox
        self._compilations = compilations
        self._toolchain = toolchain
        self._depth = depth or Depth()

    def applies_to(self, task: CodingTask) -> bool:
        """For Solidity."""
        return task.language is Language.SOLIDITY

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Explore all deployable contracts; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolMissing: Mythril or a compiler is not installed.
            ToolFailed: one of them could not be run, or its answer cannot be read.
        """
        started = time.monotonic()
        verdict = self._verify(task, candidate, started + seconds)
        spent = time.monotonic() - started
        return verdict.model_copy(update={"duration_s": spent, "tool": verdict.tool or self._tool()})

    def _verify(self, task: CodingTask, candidate: Candidate, deadline: float) -> Verdict:
        self._toolchain.require_mythril()
        project = project_of(task, candidate)
        made = self._compilations.compile(project, deadline - time.monotonic(), Profile.ANALYSED)
        if isinstance(made, NotCompiled):
            return _uncompiled(made)
        compiled = made.compiled
        evidence: dict[str, JsonValue] = {
            "complete": False,
            **made.evidence,
            "evm_version": settings(Profile.ANALYSED, made.compiler.version).get(
                "evmVersion", "the compiler's default"
            ),
            "limits": self._depth.model_dump(mode="json"),
        }
        targets = order(compiled.contracts)
        evidence["not_deployable"] = [
            f"{contract.name} ({contract.kind})" for contract in compiled.contracts if contract not in targets
        ]
        if not targets:
            return _nothing_deployable(evidence)
        result = self._explore(made.project.files, made.output, targets, deadline - time.monotonic())
        exploration = _read(result)
        return judge(task, exploration, result, targets, made.project.files, evidence)

    def _explore(
        self,
        sources: Mapping[str, str],
        compiled: Mapping[str, Any],
        targets: tuple[Contract, ...],
        seconds: float,
    ) -> ExecResult:
        request = {
            **self._depth.model_dump(mode="json"),
            "seconds": max(0.0, seconds - _REPORT_S),
            "sources": dict(sources),
            "compiled": {key: compiled.get(key, {}) for key in ("contracts", "sources")},
            "targets": [[contract.path, contract.name] for contract in targets],
        }
        limits = Limits(
            wall_s=max(0.1, seconds) + _GRACE_S,
            cpu_s=max(2, int(2 * seconds) + 2),
            memory_bytes=MEMORY_BYTES,
            output_bytes=_OUTPUT_BYTES,
        )
        job = Job(
            environment=SOLIDITY,
            argv=(self._toolchain.require_mythril(), "-B", "-W", "ignore", "-m", "driver.explore"),
            files=driver_files(),
            stdin=json.dumps(request).encode(),
            env={"MYTHRIL_DIR": "/tmp", "PYTHONHASHSEED": "0"},
            limits=limits,
        )
        return self._sandbox.run(job)

    def _tool(self) -> str:
        return f"mythril {self._toolchain.mythril_version} (z3 {self._toolchain.z3_version})"


@cache
def driver_files() -> dict[str, bytes]:
    """The driver, as it is sent into the sandbox."""
    folder = files(__package__).joinpath("driver")
    return {f"driver/{name}": folder.joinpath(name).read_bytes() for name in _DRIVER}


def order(contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
    """The deployable contracts, those with the most bases first: they are what the file is about."""
    deployable = [contract for contract in contracts if contract.deployable]
    return tuple(sorted(deployable, key=lambda contract: (-contract.bases, contract.path, contract.name)))


def judge(
    task: CodingTask,
    exploration: Exploration,
    result: ExecResult,
    targets: tuple[Contract, ...],
    sources: Mapping[str, str],
    evidence: Mapping[str, JsonValue],
) -> Verdict:
    """Turn what was explored into a verdict. Pure."""
    found = findings(exploration, sources)
    blocking = [item for item in found if blocks(task.policy, item)]
    explored = {(contract.path, contract.name): contract for contract in exploration.contracts}
    gaps = _gaps(targets, explored, result)
    crashed = [contract.name for contract in exploration.contracts if contract.crash]
    if crashed:
        status, summary = Status.ERROR, f"Mythril broke on {', '.join(crashed)}."
    elif gaps:
        status, summary = Status.INCOMPLETE, f"Not everything was explored: {'; '.join(gaps)[:400]}."
    else:
        names = ", ".join(contract.name for contract in targets)
        notes = f", {len(found)} minor findings" if found else ""
        status, summary = Status.PASSED, f"{names} explored to the stated limits{notes}."
    apart_from_findings = status
    if blocking:
        status, summary = Status.FAILED, _blocked(blocking, bool(gaps or crashed))
    facts: dict[str, JsonValue] = {
        "complete": not gaps and not crashed,
        "gaps": list(gaps),
        "contracts": [_facts(contract) for contract in exploration.contracts],
        "versions": dict(exploration.versions),
        "memory_exceeded": result.out_of_memory,
        "isolation": result.isolation,
        KEY: as_evidence(sequences(exploration, sources)),
    }
    return Verdict(
        verifier=NAME,
        status=status,
        summary=summary,
        findings=found,
        evidence={**evidence, **facts},
        apart_from_findings=apart_from_findings,
    )


def _gaps(
    targets: tuple[Contract, ...], explored: Mapping[tuple[str, str], Explored], result: ExecResult
) -> tuple[str, ...]:
    gaps = []
    for target in targets:
        contract = explored.get((target.path, target.name))
        if contract is None:
            why = "more memory was needed" if result.out_of_memory else "the time ran out before it"
            gaps.append(f"{target.name}: {why}")
            continue
        gaps += [f"{target.name}: {reason}" for reason in contract.gaps()]
        if target.unlinked:
            gaps.append(f"{target.name}: the library it calls is not linked")
    return tuple(gaps)


def _facts(contract: Explored) -> dict[str, JsonValue]:
    facts = contract.model_dump(
        mode="json", exclude={"issues", "covered", "instructions", "functions", "crash"}
    )
    entered = f"{len(contract.entered)} of {len(contract.functions)}"
    crash = contract.crash.strip().splitlines()[-1][:300] if contract.crash else None
    return {
        **facts,
        "entered": entered,
        "covered_percent": contract.covered_percent,
        "issues": len(contract.issues),
        "crash": crash,
    }


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


def _blocked(blocking: list[Finding], partial: bool) -> str:
    first = blocking[0]
    where = f" at {first.location.path}:{first.location.line}" if first.location else ""
    more = f" and {len(blocking) - 1} more" if len(blocking) > 1 else ""
    return f"{first.rule}{where}: {first.message[:200]}{more}" + (
        " (not everything was explored)" if partial else ""
    )


def _uncompiled(made: NotCompiled) -> Verdict:
    """What does not compile for the instruction set that Mythril knows may still compile for a later one."""
    verdict = made.verdict(NAME, before="Nothing was explored: ")
    verdict = verdict.model_copy(update={"evidence": {"complete": False, **verdict.evidence}})
    first = made.findings[0].message if made.findings else ""
    needs_later = any(word in first for word in ("EVM", "transient", "mcopy", "blob", "tload", "tstore"))
    if made.status is Status.FAILED and needs_later:
        summary = f"Mythril cannot execute what this needs: {first[:200]}"
        return verdict.model_copy(update={"status": Status.INCOMPLETE, "summary": summary})
    return verdict


def _nothing_deployable(evidence: dict[str, JsonValue]) -> Verdict:
    return Verdict(
        verifier=NAME,
        status=Status.INCOMPLETE,
        summary="There is nothing to explore: only abstract contracts, interfaces or internal libraries.",
        evidence=evidence,
    )
