"""Dropping checkpoints where there is no solver: in the API, the sweeper and the command line."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.graph import Checkpoints


def forgetting(place: Path | str) -> Callable[[Sequence[str]], None]:
    """What drops the checkpoints of tasks for good; it raises CheckpointFailed where it cannot.

    Args:
        place: As ``WorkerSettings.checkpoints``.
    """

    @functools.cache
    def opened() -> Checkpoints:
        from agent.graph import Checkpoints  # not before it is needed: LangGraph takes a second to load

        return Checkpoints(place)

    return lambda task_ids: opened().forget(*task_ids, purge=True)
