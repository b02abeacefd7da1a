"""How tasks and audits are asked for in a list, and how long they may wait."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import AwareDatetime

from api.problems import Problem
from verifiers.domain import Language
from worker.store.reading import Filters

NOT_ENDED: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "It waits or runs: cancel it first."}
}

BeginWithin = Annotated[
    float | None,
    Query(gt=0, le=31_536_000, description="Seconds after which it is cancelled if no worker has begun it."),
]


def _filters(
    language: Annotated[Language | None, Query(description="Only this language.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only what was accepted then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Only what was accepted before.")] = None,
    text: Annotated[str, Query(max_length=120, description="Only what has this in its title.")] = "",
) -> Filters:
    return Filters(language=language, since=since, until=until, text=text)


FiltersDep = Annotated[Filters, Depends(_filters)]
