"""The one Celery task."""

from __future__ import annotations

from collections.abc import Callable

from celery import Celery

from worker.app import RUN_JOB


def register(app: Celery, run: Callable[[str], None]) -> None:
    """Register the task that hands a job's id to ``run``."""

    def run_job(job_id: str) -> None:
        run(job_id)

    app.task(run_job, name=RUN_JOB)
