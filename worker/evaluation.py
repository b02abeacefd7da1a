"""Shards of an evaluation as Celery jobs.

A message names a shard's folder, which all machines must share; the plan and what was done stand in it. So
a message that comes twice does no harm (the second worker finds the folder locked, or nothing missing), one
that is lost is sent again by the same command, and whoever can write to Redis can have no model asked and no
file written but those of runs that are in the folder already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from celery import Celery
from kombu.exceptions import OperationalError
from pydantic import ValidationError

from models.evaluation.plan import Plan
from models.evaluation.run import RunBusy
from verifiers.errors import AcrisolError, InvalidInput
from worker.errors import BrokerUnavailable

QUEUE = "acrisol-evaluation"
RUN_SHARD = "acrisol.evaluate_shard"
PLAN, FAILED, DONE = "plan.json", "failed.txt", "done.txt"
_LOG = logging.getLogger(__name__)


def register(app: Celery, root: Path, run_shard: Callable[[Plan], object]) -> None:
    """Register the job that runs a shard by ``run_shard``; what goes wrong is left in the shard's folder.

    Args:
        app: The queue.
        root: The shared folder; a message that names a place outside of it is refused, and logged.
        run_shard: Runs a plan; raises :class:`RunBusy` where another worker does.
    """

    def evaluate_shard(place: str) -> None:
        try:
            wanted = planned(root, place)
        except InvalidInput as error:
            _LOG.warning("A message was refused: %s", error)
            return
        note = wanted.out / FAILED
        try:
            run_shard(wanted)
            note.unlink(missing_ok=True)
            (wanted.out / DONE).touch()
        except RunBusy:
            return  # the message came twice: the worker that is at it says when the shard is done
        except AcrisolError as error:
            _write(note, str(error))
        except Exception as error:
            _write(note, f"The worker met an internal error ({type(error).__name__}); its log has it.")
            raise

    app.task(evaluate_shard, name=RUN_SHARD, shared=False)


def planned(root: Path, place: str) -> Plan:
    """The plan that stands in a shard's folder.

    Args:
        root: The shared folder.
        place: The shard's folder as a message names it; hostile.

    Raises:
        InvalidInput: it is not below the root, or holds no plan of its own.
    """
    try:
        folder = Path(place).resolve()
        inside = folder.is_relative_to(root.resolve())
        text = (folder / PLAN).read_text(encoding="utf-8") if inside else ""
        plan = Plan.model_validate_json(text) if inside else None
    except (OSError, ValueError, TypeError, ValidationError) as error:
        raise InvalidInput("message", f"names a folder without a plan: {place!r:.200}.") from error
    if plan is None or plan.out != folder:
        raise InvalidInput(
            "message",
            f"names {place!r:.200}, which is no shard below {root}.",
            "Start the worker with the folder that all machines share.",
        )
    return plan


def enqueue(app: Celery, plans: Iterable[Plan]) -> None:
    """Write each shard's plan into its folder, and send a message for it.

    Raises:
        InvalidInput: a folder cannot be written.
        BrokerUnavailable: Redis cannot be reached.
    """
    for plan in plans:
        try:
            plan.out.mkdir(parents=True, exist_ok=True)
            _write(plan.out / PLAN, plan.model_dump_json())
        except OSError as error:
            raise InvalidInput("out", f"{plan.out} cannot be written ({error.strerror}).") from error
        try:
            app.send_task(RUN_SHARD, args=[str(plan.out)], queue=QUEUE, retry=False)
        except OperationalError as error:
            raise BrokerUnavailable(
                "The queue cannot be reached.", "Check that Redis runs at REDIS_URL."
            ) from error


def _write(path: Path, text: str) -> None:
    """Write a file so that others see all of it or nothing."""
    draft = path.with_suffix(".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


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
