"""The loop as a LangGraph graph, checkpointed after every step."""

from __future__ import annotations

import functools
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.errors import CheckpointFailed
from agent.loop import Loop, Update
from agent.state import LoopState
from verifiers.verifier import Stage

Saver = Any  # SqliteSaver or PostgresSaver; the second is an extra

_BUSY_S = 30.0  # another process writes its own task's checkpoint
_LOOK_S = 0.05
_STEPS_A_ROUND = 8


class Checkpoints:
    """The checkpoints, opened when they are first needed and then kept open.

    Opening a file for every task would cost more than all that is written for one: the last connection that
    is closed moves the write-ahead log into the file and waits for the disk. A forked child opens it anew,
    since a connection must not cross a fork. Safe to use from several threads.

    Args:
        place: An SQLite file, or the URL of a Postgres database; None keeps nothing.
    """

    def __init__(self, place: Path | str | None) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._opened: tuple[int, Saver] | None = None

    @contextmanager
    def saver(self) -> Iterator[Saver | None]:
        """Where checkpoints go, open; or None.

        Raises:
            CheckpointFailed: they cannot be opened, read or written (also while the block runs).
        """
        if self._place is None:
            yield None
            return
        errors = _errors(self._place)
        # Not OSError: what a caller's event handler or a verifier raises in here is none of ours.
        try:
            yield self._open(self._place)
        except errors as error:
            raise _failed(self._place, error) from error

    def forget(self, *task_ids: str, purge: bool = False) -> None:
        """Drop all checkpoints of some tasks; unknown ids are fine.

        Args:
            task_ids: Which tasks.
            purge: Have them gone from a file's write-ahead log as well, which takes longer.

        Raises:
            CheckpointFailed: they cannot be written.
        """
        with self.saver() as saver:
            if saver is not None:
                for task_id in task_ids:
                    saver.delete_thread(task_id)
                if purge and isinstance(self._place, Path):
                    saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close them; they are opened again when they are needed."""
        with self._lock:
            if self._opened is not None and self._opened[0] == os.getpid():
                self._opened[1].conn.close()
            self._opened = None

    def _open(self, place: Path | str) -> Saver:
        with self._lock:
            if self._opened is not None and self._opened[0] == os.getpid():
                saver = self._opened[1]
                if not getattr(saver.conn, "closed", False):  # as one to a server that was started again is
                    return saver
            saver = _on_sqlite(place) if isinstance(place, Path) else _on_postgres(place)
            saver.put_writes = _nothing_within_a_step
            self._opened = (os.getpid(), saver)
            return saver


def _nothing_within_a_step(config: Any, writes: Any, task_id: str, task_path: str = "") -> None:
    """In the place of a saver's own: a step is one node here, whose state is written as soon as it has ended.

    LangGraph would write the same just before, for steps of several nodes: a fifth of the loop's time.
    """


def _on_sqlite(path: Path) -> Saver:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failed(path, error) from error
    connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
    # With a write-ahead log this loses nothing when a process dies, and waits for no disk.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")  # what was deleted is overwritten
    saver = SqliteSaver(connection, serde=_serializer())
    saver.setup()
    return saver


def _on_postgres(url: str) -> Saver:
    psycopg = _psycopg()
    from langgraph.checkpoint.postgres import PostgresSaver

    connection = psycopg.connect(url, autocommit=True, prepare_threshold=0, row_factory=psycopg.rows.dict_row)
    saver = PostgresSaver(connection, serde=_serializer())
    # One process at a time makes the tables. Asked for again and again, since a statement that waits for the
    # lock would itself be waited for by the making of an index.
    lock = "SELECT pg_try_advisory_lock(hashtext('acrisol checkpoints')) AS held"
    while not connection.execute(lock).fetchone()["held"]:
        time.sleep(_LOOK_S)
    try:
        saver.setup()
    finally:
        connection.execute("SELECT pg_advisory_unlock(hashtext('acrisol checkpoints'))")
    return saver


def _serializer() -> JsonPlusSerializer:
    return JsonPlusSerializer(allowed_msgpack_modules=None)  # only plain data is written, and ever revived


def _psycopg() -> Any:
    try:
        import psycopg.rows
    except ImportError as error:
        raise CheckpointFailed(
            "The driver for Postgres is not installed.", "Install it: pip install 'acrisol[postgres]'."
        ) from error
    return psycopg


def _errors(place: Path | str) -> type[Exception]:
    return sqlite3.Error if isinstance(place, Path) else cast(type[Exception], _psycopg().Error)


def _failed(place: Path | str, error: Exception) -> CheckpointFailed:
    if isinstance(place, Path):
        return CheckpointFailed(
            f"The checkpoint file {place.name} cannot be used: {error}.",
            f"Look at the disk space and the permissions of {place.parent}.",
        )
    first = str(error).partition("\n")[0]  # the lines after it can repeat what was to be written
    return CheckpointFailed(
        f"The checkpoints in Postgres cannot be used: {first}.",
        "Check that it is reachable and has free disk space.",
    )


class Graph:
    """A task's loop, ready to run.

    Args:
        loop: The steps.
        saver: Where the state goes after each; None keeps nothing.
        task_id: Names the task's checkpoints.
        attempts: Rounds at most.
    """

    def __init__(self, loop: Loop, saver: Saver | None, task_id: str, attempts: int) -> None:
        self._loop = loop
        self._graph = _compiled().copy({"checkpointer": saver})
        self._saver = saver
        self._config: Any = {
            "configurable": {"thread_id": task_id},
            "recursion_limit": (attempts + 1) * _STEPS_A_ROUND + 10,
        }

    def stored(self) -> LoopState | None:
        """The state after the last step that an earlier process finished; None if there was none."""
        if self._saver is None:
            return None
        return cast(LoopState, self._graph.get_state(self._config).values) or None

    def states(self, start: LoopState | None) -> Iterator[LoopState]:
        """Run to the end and give the state after every step.

        Args:
            start: The first state; None goes on from the stored one.
        """
        durability: Any = {"durability": "sync"} if self._saver else {}
        yield from cast(
            Iterator[LoopState],
            self._graph.stream(
                start, self._config, context=_Context(self._loop), stream_mode="values", **durability
            ),
        )


@dataclass(frozen=True)
class _Context:
    """What a run of the graph works with; never stored."""

    loop: Loop


@functools.cache
def _compiled() -> CompiledStateGraph[LoopState, _Context]:
    """The graph, once a process: building it takes longer than running it."""
    graph = StateGraph(LoopState, context_schema=_Context)
    nodes: dict[str, Callable[[Loop, LoopState], Update]] = {
        "plan": Loop.plan,
        "generate": Loop.generate,
        "select": Loop.select,
        "accept": Loop.end,
        "give_up": Loop.end,
        "feed_back": Loop.feed_back,
    }
    stages = [stage.name.lower() for stage in Stage]
    nodes |= {stage.name.lower(): functools.partial(_check, stage) for stage in Stage}
    for name, node in nodes.items():
        graph.add_node(name, _step(node))
    graph.add_edge(START, "plan")
    graph.add_edge("plan", "generate")
    for place, name in enumerate(["generate", *stages]):
        graph.add_conditional_edges(name, _next, [*stages[place:], "select"])
    graph.add_conditional_edges("select", _next, ["accept", "feed_back", "give_up"])
    graph.add_edge("feed_back", "generate")
    graph.add_edge("accept", END)
    graph.add_edge("give_up", END)
    return graph.compile()


def _step(node: Callable[[Loop, LoopState], Update]) -> Any:
    """A node: looks first whether to stop, and notes the time that has been spent."""

    def run(state: LoopState, runtime: Runtime[_Context]) -> Update:
        loop = runtime.context.loop
        loop.stop_if_asked()
        return {**node(loop, state), "spent_s": loop.spent_s}

    return run


def _check(stage: Stage, loop: Loop, state: LoopState) -> Update:
    return loop.check(stage, state)


def _next(state: LoopState) -> str:
    return state["next"]
