"""A verifier whose findings are tried out: the verdict is decided again by what the attacks came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from pydantic import JsonValue

from verifiers.domain import Candidate, CodingTask, Confirmation, Finding, Language, Status, Verdict
from verifiers.policy import blocks
from verifiers.solidity.compiling.compilation import Compilations, NotCompiled
from verifiers.solidity.compiling.project import project_of
from verifiers.solidity.confirm.confirmer import Confirmer
from verifiers.solidity.confirm.regressions import Repeated, repeat
from verifiers.solidity.exploring.sequences import sequences_of
from verifiers.verifier import Stage, Verifier


class Confirmed:
    """A verifier, and attacks on what it finds.

    Args:
        verifier: Whose findings.
        confirmer: Who attacks.
        compilations: What is attacked.
        share: Of the time, the part that the verifier itself may take at most.
        repeats: Makes attacks again that succeeded on earlier answers; one verifier of all should.
    """

    def __init__(
        self,
        verifier: Verifier,
        confirmer: Confirmer,
        compilations: Compilations,
        *,
        share: float = 1.0,
        repeats: bool = False,
    ) -> None:
        self._verifier = verifier
        self._confirmer = confirmer
        self._compilations = compilations
        self._share = share
        self._repeats = repeats

    @property
    def name(self) -> str:
        """The verifier's."""
        return self._verifier.name

    @property
    def stage(self) -> Stage:
        """The verifier's."""
        return self._verifier.stage

    def applies_to(self, task: CodingTask) -> bool:
        """As the verifier."""
        return self._verifier.applies_to(task)

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Let the verifier judge, and attack what it found; see :class:`verifiers.verifier.Verifier`.

        Raises:
            ToolError: as the verifier's, or forge's. Where forge is not installed nothing is attacked.
        """
        if task.language is not Language.SOLIDITY:
            return self._verifier.verify(task, candidate, seconds)
        started = time.monotonic()
        attacking = self._confirmer.available
        verdict = self._verifier.verify(task, candidate, seconds * (self._share if attacking else 1.0))
        if not verdict.findings or not _is_of_a_whole(verdict):
            return verdict
        if not attacking:
            evidence: dict[str, JsonValue] = {"attacks": "none: forge is not installed"}
            return verdict.model_copy(update={"evidence": {**verdict.evidence, **evidence}})
        made = self._compilations.compile(project_of(task, candidate), seconds)
        if isinstance(made, NotCompiled):
            return verdict
        left = seconds - (time.monotonic() - started)
        sequences = {n: sequences_of(verdict, each) for n, each in enumerate(verdict.findings)}
        findings = self._confirmer.confirm(made, verdict.findings, left, sequences)
        decided = decided_again(task, verdict, findings, self._confirmer.tool)
        return decided.model_copy(update={"duration_s": time.monotonic() - started})

    def verify_after(
        self, task: CodingTask, candidate: Candidate, seconds: float, earlier: Sequence[Finding]
    ) -> Verdict:
        """The same, and earlier attacks are made again; see :class:`verifiers.verifier.Remembering`."""
        started = time.monotonic()
        verdict = self.verify(task, candidate, seconds)
        if not (self._repeats and earlier and self._confirmer.available):
            return verdict
        made = self._compilations.compile(project_of(task, candidate), seconds)
        if isinstance(made, NotCompiled):
            return verdict
        repeated = repeat(self._confirmer, made, earlier, seconds - (time.monotonic() - started))
        spent = time.monotonic() - started
        return after_repeating(task, verdict, repeated).model_copy(update={"duration_s": spent})


def after_repeating(task: CodingTask, verdict: Verdict, repeated: Repeated) -> Verdict:
    """The verdict with what earlier attacks came to: one that still succeeds blocks by its name. Pure."""
    evidence = {**verdict.evidence, "earlier_attacks": repeated.model_dump(mode="json", exclude={"findings"})}
    changed = verdict.model_copy(
        update={"evidence": evidence, "findings": (*repeated.findings, *verdict.findings)}
    )
    if any(blocks(task.policy, each) for each in repeated.findings):
        first = repeated.findings[0]
        otherwise = verdict.apart_from_findings if verdict.status is Status.FAILED else verdict.status
        return changed.model_copy(
            update={
                "status": Status.FAILED,
                "summary": f"{first.rule}: {first.message}",
                "apart_from_findings": otherwise,
            }
        )
    if repeated.open and verdict.status is Status.PASSED:
        summary = f"Not all was looked at: {repeated.open}."
        return changed.model_copy(update={"status": Status.INCOMPLETE, "summary": summary})
    return changed


def decided_again(task: CodingTask, verdict: Verdict, findings: Sequence[Finding], tool: str) -> Verdict:
    """The verdict, by the policy, on the same findings after the attacks. Pure.

    Args:
        task: With the policy that is in force.
        verdict: What was decided before.
        findings: The same findings, with what the attacks came to.
        tool: What ran the attacks.
    """
    ends = Counter(each.confirmation for each in findings if each.confirmation is not None)
    if not ends:
        return verdict
    blocking = [each for each in findings if blocks(task.policy, each)]
    otherwise = verdict.apart_from_findings if verdict.status is Status.FAILED else verdict.status
    status = Status.FAILED if blocking else otherwise
    counts: dict[str, JsonValue] = {end.value: ends[end] for end in Confirmation}
    return verdict.model_copy(
        update={
            "status": status,
            "summary": _summary(verdict, status, blocking, ends),
            "findings": tuple(findings),
            "evidence": {**verdict.evidence, "attacks": {**counts, "tool": tool}},
            "apart_from_findings": otherwise,
        }
    )


def _is_of_a_whole(verdict: Verdict) -> bool:
    """Whether the verdict rests on its findings, and not on a crash or on what could not be listed."""
    if verdict.status is Status.FAILED:
        return verdict.apart_from_findings is not Status.FAILED
    return verdict.status in (Status.PASSED, Status.INCOMPLETE)


def _summary(
    verdict: Verdict, status: Status, blocking: Sequence[Finding], ends: Counter[Confirmation]
) -> str:
    attacks = ", ".join(f"{ends[end]} {end.value}" for end in Confirmation if ends[end])
    if status is verdict.status:
        said = verdict.summary
    elif status is Status.FAILED:
        said = f"{blocking[0].rule} does harm."
    else:
        rest = " Not everything was looked at." if status is Status.INCOMPLETE else ""
        said = f"Nothing that was found blocks.{rest}"
    return f"{said} Attacks: {attacks}."
