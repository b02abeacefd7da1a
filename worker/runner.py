"""Running one job in one worker process."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from verifiers.audit_values import Audit, AuditRequest
from verifiers.domain import CodingTask, Event, Outcome, OutcomeStatus, Verdict
from verifiers.errors import InvalidInput, ToolError
from verifiers.solidity.audits.side_by_side import AuditStopped
from worker.errors import StoreUnavailable
from worker.leases import Heartbeat
from worker.observing.watch import BROKEN, FENCED, REQUEUED, NobodyWatches, Watch
from worker.retry import RetryPolicy
from worker.states import JobState
from worker.store import claims, events
from worker.store.database import Database
from worker.store.records import Claim

_LOG = logging.getLogger(__name__)
_WRITE_AGAIN_S = 0.5
_SHUTDOWN = "The worker is shutting down."
_STOPPED = Outcome(status=OutcomeStatus.CANCELLED, reason="Cancelled while a worker ran it.")


class JobSolver(Protocol):
    """What turns a task into an outcome: ``agent.solver.Solver``."""

    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> Outcome:
        """Solve a task, going on after the last finished step if ``task_id`` was begun before."""
        ...

    def forget(self, task_id: str) -> None:
        """Drop what was kept for going on with a task.

        Raises:
            ToolError: it cannot be dropped now.
        """
        ...

    def close(self) -> None:
        """Give back what is held between tasks; idempotent."""
        ...


class JobAuditor(Protocol):
    """What turns a request into an audit: ``agent.auditor.Auditor``."""

    def audit(
        self,
        request: AuditRequest,
        *,
        on_verdict: Callable[[Verdict], None],
        should_stop: Callable[[], bool],
    ) -> Audit:
        """Audit some code and sign what came out.

        Raises:
            AuditStopped: ``should_stop`` said so.
        """
        ...

    def close(self) -> None:
        """Give back what is held between audits; idempotent."""
        ...


SolverFactory = Callable[[], JobSolver]
AuditorFactory = Callable[[], JobAuditor]


class JobRunner:
    """Claims jobs and runs them to their end, or to where they can be taken up again.

    Args:
        database: The job store.
        build_solver: Makes the solver, once, when the first task needs it.
        build_auditor: Makes the auditor, once, when the first audit needs it: audits need no model.
        worker: This process's name, for people.
        lease_s: Seconds that a lease is good for.
        overrun_s: Seconds beyond the task's budget after which a run counts as hung.
        policy: When to give up.
        stopping: Whether this worker was told to end.
        abandon: Ends this process at once.
        watch: Is told what happens, for metrics, traces and logs; None for nobody.
    """

    def __init__(
        self,
        database: Database,
        build_solver: SolverFactory,
        build_auditor: AuditorFactory,
        *,
        worker: str,
        lease_s: float,
        overrun_s: float,
        policy: RetryPolicy,
        stopping: Callable[[], bool],
        abandon: Callable[[], None],
        watch: Watch | None = None,
    ) -> None:
        self._database = database
        self._build_solver = build_solver
        self._build_auditor = build_auditor
        self._worker = worker
        self._lease_s = lease_s
        self._overrun_s = overrun_s
        self._policy = policy
        self._stopping = stopping
        self._abandon = abandon
        self._watch = watch or NobodyWatches()
        self._solver: JobSolver | None = None
        self._auditor: JobAuditor | None = None

    def run(self) -> None:
        """Run the jobs whose turn it is, one after the other, until there is none to be taken.

        Raises:
            StoreUnavailable: a job could not be taken, or its end not be written; the lease then runs out
                and another delivery goes on from the solver's checkpoint.
        """
        while not self._stopping():
            claim = claims.claim(self._database, None, self._worker, self._lease_s)
            if claim is None:
                return
            self._run(claim)

    def _run(self, claim: Claim) -> None:
        longest_s = claim.seconds + self._overrun_s
        self._watch.began(claim)
        end = BROKEN
        try:
            with Heartbeat(self._database, claim, self._lease_s, longest_s, self._abandon) as heartbeat:
                end = self._carry_out(claim, heartbeat)
        finally:
            self._watch.ended(end)

    def close(self) -> None:
        """Close solver and auditor; idempotent."""
        if self._solver is not None:
            self._solver.close()
            self._solver = None
        if self._auditor is not None:
            self._auditor.close()
            self._auditor = None

    def _carry_out(self, claim: Claim, heartbeat: Heartbeat) -> str:
        """Run a claimed job; gives how that ended, in the words of ``worker.observing.watch``."""
        try:
            result = self._work(claim, heartbeat)
        except InvalidInput as error:
            return self._give_up(claim, str(error))
        except ToolError as error:
            self._watch.failed(error)
            return self._try_again(claim, str(error))
        except Exception as error:
            self._watch.failed(error)
            name = type(error).__name__
            self._try_again(claim, f"The worker failed with an internal error ({name}); see its log.")
            raise
        return self._settle(claim, result, heartbeat)

    def _work(self, claim: Claim, heartbeat: Heartbeat) -> Outcome | Audit:
        def on_event(event: Event) -> None:
            self._publish(claim, event)

        def should_stop() -> bool:
            return heartbeat.lost or heartbeat.cancelled or self._stopping()

        if isinstance(claim.work, AuditRequest):
            return self._audit(claim.work, on_event, should_stop)
        if self._solver is None:
            self._solver = self._build_solver()
        return self._solver.solve(
            claim.work, task_id=claim.job_id, on_event=on_event, should_stop=should_stop
        )

    def _audit(
        self, request: AuditRequest, on_event: Callable[[Event], None], should_stop: Callable[[], bool]
    ) -> Outcome | Audit:
        def on_verdict(verdict: Verdict) -> None:
            on_event(Event(kind="verdict", data=verdict.model_dump(mode="json")))

        if self._auditor is None:
            self._auditor = self._build_auditor()
        try:
            return self._auditor.audit(request, on_verdict=on_verdict, should_stop=should_stop)
        except AuditStopped:
            return _STOPPED

    def _publish(self, claim: Claim, event: Event) -> None:
        self._watch.happened(event)
        if event.kind == events.OUTCOME:
            return  # the terminal event is written with the terminal state, so that there is exactly one
        try:
            events.append(self._database, claim, event)
        except StoreUnavailable as error:
            # Events are for watching; the outcome holds all that they tell.
            _LOG.warning("job %s: an event was not stored: %s", claim.job_id, error)

    def _settle(self, claim: Claim, result: Outcome | Audit, heartbeat: Heartbeat) -> str:
        interrupted = (heartbeat.lost or self._stopping()) and not heartbeat.cancelled
        if isinstance(result, Audit):
            end, audit = JobState.AUDITED.value, result
            written = self._insist(heartbeat, lambda: claims.finish_audit(self._database, claim, audit))
        elif interrupted and result.status is OutcomeStatus.CANCELLED:
            end = REQUEUED
            written = claims.give_back(self._database, claim, _SHUTDOWN)
        else:
            end, outcome = result.status.value, result
            written = self._insist(heartbeat, lambda: claims.finish(self._database, claim, outcome))
            if written and result.status is not OutcomeStatus.NEEDS_REVIEW:  # that one goes on later
                self._forget(claim)
        if not written:
            _LOG.warning("job %s: this worker's result came too late and was not used", claim.job_id)
        return end if written else FENCED

    def _insist(self, heartbeat: Heartbeat, write: Callable[[], bool]) -> bool:
        """Write a result as often as it takes while the lease holds: having it again can cost hours."""
        while True:
            try:
                return write()
            except StoreUnavailable as error:
                if heartbeat.lost or self._stopping():
                    raise
                _LOG.warning("A result waits: %s", error)
                time.sleep(_WRITE_AGAIN_S)

    def _forget(self, claim: Claim) -> None:
        if self._solver is None:  # an audit was cancelled: it keeps nothing for going on
            return
        try:
            self._solver.forget(claim.job_id)
        except ToolError as error:
            _LOG.warning("job %s: its checkpoints stay: %s", claim.job_id, error)

    def _give_up(self, claim: Claim, sentence: str) -> str:
        if not claims.fail(self._database, claim, sentence):
            return FENCED
        self._forget(claim)
        return JobState.ERROR

    def _try_again(self, claim: Claim, sentence: str) -> str:
        failures = claim.tool_failures + 1
        if failures >= self._policy.tool_failures:
            return self._give_up(claim, f"{sentence} (Tried {failures} times.)")
        _LOG.warning("job %s is tried again: %s", claim.job_id, sentence)
        written = claims.give_back(
            self._database, claim, sentence, delay_s=self._policy.delay_s(failures), tool_failed=True
        )
        return REQUEUED if written else FENCED
