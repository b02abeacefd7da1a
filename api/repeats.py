"""``Idempotency-Key``: a request that may be sent again, and the answer to one that was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Header

from api.problems import Problem
from worker.errors import Conflict, JobNotFound

REPLAYED = "Idempotent-Replayed"
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description=(
            "Send the request again with the same key, within a day, and you are told of the job that it "
            "made the first time, with the header `Idempotent-Replayed: true`. Choose a new one, such as a "
            "UUID, for each request."
        ),
    ),
]
DELETED: dict[int | str, dict[str, Any]] = {
    409: {
        "model": Problem,
        "description": "What an earlier request with this `Idempotency-Key` made is deleted.",
    }
}


@contextmanager
def looking_back() -> Iterator[None]:
    """Around looking at what an earlier request made: it may have been deleted since.

    Raises:
        Conflict: it was.
    """
    try:
        yield
    except JobNotFound as error:
        raise Conflict(
            "What an earlier request with this Idempotency-Key made was deleted.",
            "Choose a new key to make it again.",
        ) from error
