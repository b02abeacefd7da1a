"""Symbolic execution with Mythril: the ``mythril`` verifier.

The contract is compiled, and then explored by a driver of ours that Mythril's interpreter runs in the
sandbox; ``driver/explore.py`` says what that reports beyond ``myth analyze``. Passing needs every deployable
contract explored to the end within the stated limits, without a lost solver query and without a finding that
blocks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Finding, Language, Status, Verdict
from verifiers.policy import blocks
from verifiers.sandbox.protocol import Sandbox
from verifiers.solidity.compiling.compilation import Compilations, NotCompiled, Profile, settings
from verifiers.solidity.compiling.compiler_output import Contract
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.exploring.exploration import Explored, findings, sequences
from verifiers.solidity.exploring.explorer import Depth, Explorer, Run
from verifiers.solidity.exploring.sequences import KEY, as_evidence
from verifiers.solidity.toolchain import SolidityToolchain
from verifiers.verifier import Stage

NAME = "mythril"


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
        self._toolchain = toolchain
        self._compilations = compilations
        self._depth = depth or Depth()
        self._explorer = Explorer(sandbox, toolchain, self._depth)

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
        return verdict.model_copy(update={"duration_s": spent, "tool": verdict.tool or self._explorer.tool})

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
        files = made.project.files
        run = self._explorer.explore(files, made.output, targets, deadline - time.monotonic())
        return judge(task, run, targets, files, evidence)


def order(contracts: tuple[Contract, ...]) -> tuple[Contract, ...]:
    """The deployable contracts, those with the most bases first: they are what the file is about."""
    deployable = [contract for contract in contracts if contract.deployable]
    return tuple(sorted(deployable, key=lambda contract: (-contract.bases, contract.path, contract.name)))


def judge(
    task: CodingTask,
    run: Run,
    targets: tuple[Contract, ...],
    sources: Mapping[str, str],
    evidence: Mapping[str, JsonValue],
) -> Verdict:
    """Turn what was explored into a verdict. Pure."""
    exploration = run.exploration
    found = findings(exploration, sources)
    blocking = [item for item in found if blocks(task.policy, item)]
    explored = {(contract.path, contract.name): contract for contract in exploration.contracts}
    gaps = _gaps(targets, explored, run)
    # What was killed for its memory did not break.
    crashed = [
        contract.name for contract in exploration.contracts if contract.crash and not run.memory_exceeded
    ]
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
        "quick_looks": [_facts(contract) for contract in exploration.quick],
        "reused": list(run.reused),
        "memory_exceeded": run.memory_exceeded,
        "isolation": run.isolation,
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
    targets: tuple[Contract, ...], explored: Mapping[tuple[str, str], Explored], run: Run
) -> tuple[str, ...]:
    gaps = []
    for target in targets:
        contract = explored.get((target.path, target.name))
        if contract is None or (contract.crash and run.memory_exceeded):
            gaps.append(f"{target.name}: {run.absent_because}")
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
