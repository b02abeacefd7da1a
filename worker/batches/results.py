"""What comes of a batch's line, as a line of its output or error file, in OpenAI's form."""

from __future__ import annotations

import json
from typing import Any

from worker.batches.lines import Endpoint
from worker.chat_values import completion_of
from worker.states import JobState
from worker.store.batches.values import BatchError
from worker.store.records import Job
from worker.store.text import encodable

# They have an outcome; code is in it where they are solved.
ANSWERED = frozenset({JobState.SOLVED, JobState.EXHAUSTED, JobState.REFUSED, JobState.NEEDS_REVIEW})


def answer(name: str, custom_id: str, endpoint: Endpoint, model: str, job: Job) -> bytes | None:
    """The line of the output file; None where there is no outcome to tell.

    Args:
        name: Of the line itself, unlike that of any other.
        custom_id: Its sender's name for it.
        endpoint: What it asked for.
        model: As a chat names it.
        job: What became of it.
    """
    if job.state not in ANSWERED or job.outcome is None:
        return None
    if endpoint is Endpoint.CHAT:
        ended = job.finished_at or job.created_at
        body = completion_of(job.outcome, task_id=job.id, model=model, created=int(ended.timestamp()))
    else:
        # As at /v1/tasks/ID, without what its sender has, and without the attempts that were not accepted.
        kept = job.model_copy(update={"outcome": job.outcome.model_copy(update={"attempts": ()})})
        body = kept.model_dump(mode="json", exclude={"task": True, "outcome": {"attempts"}})
    response = {"status_code": 200, "request_id": job.id, "body": body}
    return _line(name, custom_id, response=response, error=None)


def failure(name: str, custom_id: str | None, error: BatchError) -> bytes:
    """The line of the error file; ``custom_id`` is None where it is missing or another line's already."""
    return _line(name, custom_id, response=None, error=error.model_dump())


def _line(name: str, custom_id: str | None, **told: Any) -> bytes:
    text = json.dumps({"id": f"batch_req_{name}", "custom_id": custom_id, **told}, ensure_ascii=False)
    return encodable(text).encode() + b"\n"
