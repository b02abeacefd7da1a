"""What became of the tasks, read from the tables themselves once everything has come to rest."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select

from benchmarks.chaos.receiver import Receiver
from benchmarks.chaos.worker import RUN
from worker.states import JobState
from worker.store import events
from worker.store.database import Database
from worker.store.schema import events as event_rows
from worker.store.schema import jobs, webhook_deliveries
from worker.store.webhooks import outbox

_ENDS = (events.OUTCOME, events.ERROR)


@dataclass(frozen=True)
class Ledger:
    """Counts of tasks; all but the first five have to be nought.

    Attributes:
        outcomes: That ended with an outcome.
        runs: Times that a worker took a task up.
        deaths: Times that a task was taken from a worker that died or froze.
        given_back: Times that a worker put a task back: told to stop, or a tool was broken.
        webhooks: Webhooks that their receiver acknowledged.
        lost: That were accepted and have no row, or did not end.
        doubled: That there are more than once for one submission.
        broken: That ended without an outcome.
        ends: With more or fewer than one terminal event, or with one that is not the last.
        gaps: Whose events are not numbered 1, 2, 3 and so on.
        stale: With an outcome or an event from a run that had lost its right.
        untold: Whose end no webhook told of.
        told_twice: Whose end two webhooks told of.
        told_together: Webhooks of which a second copy came while the first had no answer yet.
        told_again: Webhooks that came again after they had been acknowledged and no sender had died.
    """

    outcomes: int
    runs: int
    deaths: int
    given_back: int
    webhooks: int
    lost: int
    doubled: int
    broken: int
    ends: int
    gaps: int
    stale: int
    untold: int
    told_twice: int
    told_together: int
    told_again: int

    @property
    def wrong(self) -> dict[str, int]:
        """What has to be nought and is not."""
        good = {"outcomes", "runs", "deaths", "given_back", "webhooks"}
        return {name: count for name, count in vars(self).items() if count and name not in good}


def unended(database: Database) -> int:
    """How many jobs have not ended."""
    waiting = select(func.count()).where(jobs.c.state.in_([JobState.QUEUED.value, JobState.RUNNING.value]))
    with database.begin() as connection:
        return int(connection.execute(waiting).scalar_one())


def due(database: Database, within_s: float) -> int:
    """How many webhooks are being delivered, or are to be within some seconds."""
    waiting = select(func.count()).where(
        webhook_deliveries.c.state == "pending",
        or_(
            webhook_deliveries.c.next_at < database.clock() + within_s,
            webhook_deliveries.c.next_at >= outbox.TAKEN,
        ),
    )
    with database.begin() as connection:
        return int(connection.execute(waiting).scalar_one())


def deaths(database: Database) -> int:
    """Times that a task was taken from a worker that died or froze."""
    with database.begin() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(jobs.c.worker_deaths), 0))).scalar_one())


def read(database: Database, accepted: Collection[str], receiver: Receiver, deaths_of_senders: int) -> Ledger:
    """Read it.

    Args:
        database: Where from.
        accepted: Ids that clients were given, one a submission.
        receiver: Of the webhooks.
        deaths_of_senders: A sender that dies between an acknowledgement and its note sends again; each
            has so many deliveries at a time at most.
    """
    with database.begin() as connection:
        rows = {row.id: row for row in connection.execute(select(jobs))}
        told = connection.execute(select(webhook_deliveries.c.id, webhook_deliveries.c.job_id)).all()
        stored: dict[str, list[Any]] = defaultdict(list)
        ordered = select(event_rows).order_by(event_rows.c.job_id, event_rows.c.seq)
        for event in connection.execute(ordered):
            stored[event.job_id].append(event)
    ended = {key: row for key, row in rows.items() if JobState(row.state).terminal}
    told_of = [row.job_id for row in told if receiver.acknowledged[row.id]]
    again = sum(count - 1 for count in receiver.acknowledged.values() if count > 1)
    return Ledger(
        outcomes=sum(row.outcome is not None for row in ended.values()),
        runs=sum(row.deliveries for row in rows.values()),
        deaths=sum(row.worker_deaths for row in rows.values()),
        given_back=sum(_requeued(stored[key]) for key in rows)
        - sum(row.worker_deaths for row in rows.values()),
        webhooks=len(told_of),
        lost=len(set(accepted) - set(ended)),
        doubled=len(set(rows) - set(accepted)) + len(accepted) - len(set(accepted)),
        broken=sum(row.outcome is None for row in ended.values()),
        ends=sum(not _one_end(stored[key]) for key in ended),
        gaps=sum(
            [event.seq for event in stored[key]] != list(range(1, row.events + 1))
            for key, row in rows.items()
        ),
        stale=sum(_stale(row, stored[key]) for key, row in rows.items()),
        untold=len(set(ended) - set(told_of)),
        told_twice=len(told_of) - len(set(told_of)),
        told_together=sum(receiver.together.values()),
        told_again=max(0, again - deaths_of_senders),
    )


def _requeued(stored: list[Any]) -> int:
    return sum(json.loads(row.event)["kind"] == events.REQUEUED for row in stored)


def _one_end(stored: list[Any]) -> bool:
    kinds = [json.loads(row.event)["kind"] for row in stored]
    return sum(kind in _ENDS for kind in kinds) == 1 and kinds[-1] in _ENDS


def _stale(row: Any, stored: list[Any]) -> bool:
    """Whether the outcome is not the last run's, or a run wrote events after the next one had begun."""
    deliveries = [event.delivery for event in stored]
    if deliveries != sorted(deliveries):
        return True
    run_of = {}
    for event in stored:
        said = json.loads(event.event)
        if said["kind"] == RUN:
            run_of[said["data"][RUN]] = event.delivery
    reason = json.loads(row.outcome)["reason"] if row.outcome else ""
    return bool(run_of.get(reason.rpartition(" ")[2], row.deliveries) != row.deliveries)
