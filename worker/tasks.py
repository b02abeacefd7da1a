"""The one Celery task."""

from __future__ import annotations

from collections.abc import Callable

from celery import Celery

from worker.app import RUN_JOB


def register(app: Celery, run: Callable[[], None]) -> None:
    """Register the task that calls ``run``, which takes what there is to do from the job store."""

    def run_job(job_id: str) -> None:  # the id is there for people who look into Redis
        run()

    app.task(run_job, name=RUN_JOB)
