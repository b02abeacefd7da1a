"""Shards of an evaluation as Celery jobs.

A message is a shard's whole plan. What was done stands in the shard's folder, which all machines must share.
So a message that comes twice does no harm (the second worker finds the folder locked, or nothing missing),
and one that is lost is sent again by the same command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from celery import Celery
from kombu.exceptions import OperationalError

from models.evaluation.plan import Plan
from verifiers.errors import AcrisolError
from worker.errors import BrokerUnavailable

QUEUE = "acrisol-evaluation"
RUN_SHARD = "acrisol.evaluate_shard"
FAILED, DONE = "failed.txt", "done.txt"


def register(app: Celery, run_shard: Callable[[Plan], None]) -> None:
    """Register the job that runs a shard by ``run_shard``; what goes wrong is left in the shard's folder."""

    def evaluate_shard(plan: str) -> None:
        wanted = Plan.model_validate_json(plan)
        note = wanted.out / FAILED
        try:
            run_shard(wanted)
            note.unlink(missing_ok=True)
            (wanted.out / DONE).touch()
        except AcrisolError as error:
            wanted.out.mkdir(parents=True, exist_ok=True)
            note.write_text(str(error), encoding="utf-8")

    app.task(evaluate_shard, name=RUN_SHARD, shared=False)


def enqueue(app: Celery, plans: Iterable[Plan]) -> None:
    """Send a message for each shard.

    Raises:
        BrokerUnavailable: Redis cannot be reached.
    """
    try:
        for plan in plans:
            app.send_task(RUN_SHARD, args=[plan.model_dump_json()], queue=QUEUE, retry=False)
    except OperationalError as error:
        raise BrokerUnavailable(
            "The queue cannot be reached.", "Check that Redis runs at REDIS_URL."
        ) from error


def work(app: Celery, concurrency: int) -> None:
    """Take shards from the queue until the process is told to end."""
    app.worker_main(
        [
            "worker",
            "--queues",
            QUEUE,
            "--concurrency",
            str(concurrency),
            "--without-gossip",
            "--loglevel=INFO",
        ]
    )
