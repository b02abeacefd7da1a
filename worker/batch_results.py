"""What comes of a batch's line, as a line of its output or error file, in OpenAI's form."""

from __future__ import annotations

import json
from typing import Any

from worker.batch_lines import Endpoint
from worker.chat_values import completion_of
from worker.states import JobState
from worker.store.batch_ends import StoredLine
from worker.store.batch_values import Batch, BatchError, BatchState
from worker.store.records import Job
from worker.store.text import encodable

ANSWERED = frozenset(
    {JobState.SOLVED, JobState.EXHAUSTED, JobState.REFUSED, JobState.NEEDS_REVIEW}
)  # they have an outcome of their own; code is in it where they are solved

_STOPPED = {
    BatchState.CANCELLED: ("batch_cancelled", "The batch was cancelled before this line had ended."),
    BatchState.EXPIRED: ("batch_expired", "The batch's time was up before this line had ended."),
    BatchState.FAILED: ("batch_failed", "The batch failed before this line was begun."),
}


def answer(batch: Batch, line: StoredLine, job: Job | None) -> bytes | None:
    """The line of the output file; None where there is no outcome to tell.

    Args:
        batch: The batch.
        line: The line.
        job: Its job; None where it has none, or none any more.
    """
    if job is None or job.state not in ANSWERED or job.outcome is None:
        return None
    if batch.endpoint is Endpoint.CHAT:
        ended = job.finished_at or job.created_at
        body = completion_of(job.outcome, task_id=job.id, model=line.model, created=int(ended.timestamp()))
    else:
        # As at /v1/tasks/ID, without what its sender has, and without the attempts that were not accepted.
        kept = job.model_copy(update={"outcome": job.outcome.model_copy(update={"attempts": ()})})
        body = kept.model_dump(mode="json", exclude={"task": True, "outcome": {"attempts"}})
    response = {"status_code": 200, "request_id": job.id, "body": body}
    return _line(batch, line, response=response, error=None)


def failure(batch: Batch, line: StoredLine, job: Job | None) -> bytes:
    """The line of the error file for a line without an outcome; the arguments are those of :func:`answer`."""
    error = line.error or _reason(batch, line, job)
    told = {"code": error.code, "message": error.message, "line": line.line}
    return _line(batch, line, response=None, error=told)


def _reason(batch: Batch, line: StoredLine, job: Job | None) -> BatchError:
    stopped = _STOPPED.get(batch.ends_as)
    if line.job_id is not None and job is None:
        return BatchError(code="task_deleted", message="The task was deleted before the batch had ended.")
    if stopped is not None and (job is None or job.state is JobState.CANCELLED):
        return BatchError(code=stopped[0], message=stopped[1])
    if job is not None and job.state is JobState.CANCELLED:
        return BatchError(code="task_cancelled", message="The task was cancelled.")
    said = job.error if job is not None else None
    return BatchError(code="task_failed", message=said or "The task ended without an outcome.")


def _line(batch: Batch, line: StoredLine, **told: Any) -> bytes:
    name = f"batch_req_{batch.id.removeprefix('batch_')}_{line.line}"
    text = json.dumps({"id": name, "custom_id": line.custom_id, **told}, ensure_ascii=False)
    return encodable(text).encode() + b"\n"
