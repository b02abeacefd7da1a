"""One stage of verifiers over the candidates that are still in the running."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pydantic_core import PydanticSerializationError

from agent.budget import Stopwatch
from agent.parallel import OutOfPatience, in_threads
from verifiers.domain import Candidate, CodingTask, Finding, Status, Verdict
from verifiers.errors import AcrisolError, ToolFailed
from verifiers.policy import Decision, decide, effective_status, in_force
from verifiers.reports.normalise import normalised
from verifiers.verifier import Remembering, Stage, Verifier

OnVerdict = Callable[[int, Verdict], None]
OVERRUN_S = 30.0  # that a verifier may take beyond its seconds before it counts as hung


class Verification:
    """Runs the verifiers of a task, stage by stage.

    Args:
        task: What was asked for.
        verifiers: Those that must pass.
        stopwatch: The task's time.
        threads: Verifiers that run at a time.
        overrun_s: Seconds beyond its deadline after which a verifier counts as hung.
        should_stop: Asked while waiting.
    """

    def __init__(
        self,
        task: CodingTask,
        verifiers: Sequence[Verifier],
        stopwatch: Stopwatch,
        *,
        threads: int,
        overrun_s: float,
        should_stop: Callable[[], bool],
    ) -> None:
        self._task = in_force(task)
        self._verifiers = tuple(verifiers)
        self._stopwatch = stopwatch
        self._threads = threads
        self._overrun_s = overrun_s
        self._should_stop = should_stop

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the verifiers, all of which must pass."""
        return tuple(verifier.name for verifier in self._verifiers)

    @property
    def stages(self) -> dict[str, Stage]:
        """The verifiers' stages by name."""
        return {verifier.name: verifier.stage for verifier in self._verifiers}

    def of(self, stage: Stage) -> tuple[Verifier, ...]:
        """The verifiers of a stage."""
        return tuple(verifier for verifier in self._verifiers if verifier.stage is stage)

    def run(
        self,
        stage: Stage,
        candidates: Mapping[int, Candidate],
        before: Mapping[int, Sequence[Verdict]],
        on_verdict: OnVerdict,
        earlier: Sequence[Finding] = (),
    ) -> dict[int, tuple[Verdict, ...]]:
        """Judge candidates by the verifiers of one stage.

        In the last stage the rest of the candidates is left out once one of them is acceptable. Deep scans
        take one candidate at a time, the most promising first, since one of them is usually enough.

        Args:
            stage: Which one.
            candidates: By key, the most promising first.
            before: The verdicts of earlier stages, by key.
            on_verdict: Called with the key and each verdict as it comes in, in the caller's thread.
            earlier: Findings of earlier rounds that an attack confirmed; the attacks are made again.

        Returns:
            The verdicts of this stage, by key; a candidate that was left out is not in it.

        Raises:
            ToolError: a verifier's tool is missing or broken, or the verifier itself is.
            Stopped: the caller wants no more.
        """
        verdicts: dict[int, tuple[Verdict, ...]] = {}
        is_last = stage is max(self.stages.values(), default=stage)
        size = len(candidates)
        if is_last:
            size = 1 if stage is Stage.DEEP_SCAN else self._threads
        keys = list(candidates)
        for start in range(0, len(keys), max(size, 1)):
            if self._stopwatch.is_over:
                break
            batch = keys[start : start + size]
            chosen = [(key, candidates[key]) for key in batch]
            found = self._judge(self.of(stage), chosen, on_verdict, earlier)
            verdicts |= found
            if is_last and any(self.accepts((*before.get(key, ()), *found[key])) for key in found):
                break
        return verdicts

    def accepts(self, verdicts: Sequence[Verdict]) -> bool:
        """Whether these verdicts make a candidate acceptable.

        A screen alone never does: that code parses or compiles says nothing about what it does.
        """
        return self.looks_deep and self.decide(verdicts).accepted

    def decide(self, verdicts: Sequence[Verdict]) -> Decision:
        """The gate's decision."""
        return decide(self._task.policy, self.names, verdicts, language=self._task.language)

    def speaks_against(self, verdict: Verdict) -> bool:
        """Whether a verdict rules its candidate out; one whose findings are all suppressed does not."""
        today = datetime.now(UTC).date()
        return effective_status(self._task.policy, verdict, today) is Status.FAILED

    @property
    def looks_deep(self) -> bool:
        """Whether any verifier looks further than the screen."""
        return any(stage > Stage.SCREEN for stage in self.stages.values())

    def _judge(
        self,
        verifiers: Sequence[Verifier],
        candidates: Sequence[tuple[int, Candidate]],
        on_verdict: OnVerdict,
        earlier: Sequence[Finding],
    ) -> dict[int, tuple[Verdict, ...]]:
        pairs = [(key, candidate, verifier) for key, candidate in candidates for verifier in verifiers]
        calls = [
            functools.partial(self._verify, verifier, candidate, earlier) for _, candidate, verifier in pairs
        ]
        found: dict[tuple[int, str], Verdict] = {}
        patience_s = self._stopwatch.left_s + self._overrun_s
        try:
            for place, verdict in in_threads(calls, self._threads, patience_s, self._should_stop):
                key = pairs[place][0]
                found[key, verdict.verifier] = verdict
                on_verdict(key, verdict)
        except OutOfPatience as error:
            name = pairs[error.place][2].name
            raise ToolFailed(
                f"The verifier {name} did not come back within {patience_s:.0f} s.",
                "Try again, or raise the task's budget of seconds.",
            ) from error
        return {
            key: tuple(found[key, verifier.name] for verifier in verifiers if (key, verifier.name) in found)
            for key, _ in candidates
        }

    def _verify(self, verifier: Verifier, candidate: Candidate, earlier: Sequence[Finding]) -> Verdict:
        """One verdict, whatever the verifier does: a bug in it must never look like a pass."""
        seconds = self._stopwatch.left_s
        if seconds <= 0:
            return Verdict(
                verifier=verifier.name,
                status=Status.INCOMPLETE,
                summary="The task's budget of seconds ended before this verifier began.",
            )
        try:
            if earlier and isinstance(verifier, Remembering):
                verdict = verifier.verify_after(self._task, candidate, seconds, earlier)
            else:
                verdict = verifier.verify(self._task, candidate, seconds)
            if not isinstance(verdict, Verdict) or verdict.verifier != verifier.name:
                raise ToolFailed(f"The verifier {verifier.name} gave no verdict of its own.", "Report this.")
            verdict = normalised(verdict, candidate.files)
            verdict.model_dump_json()
        except AcrisolError:
            raise
        except PydanticSerializationError as error:
            raise ToolFailed(f"The verdict of {verifier.name} is not valid text.", "Report this.") from error
        except Exception as error:
            kind = type(error).__name__
            raise ToolFailed(
                f"The verifier {verifier.name} failed with an internal error ({kind}).", "Report this."
            ) from error
        return verdict
