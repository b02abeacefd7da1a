"""The loop as a LangGraph graph, checkpointed after every step."""

from __future__ import annotations

import functools
import os
import sqlite3
import threading
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

_BUSY_S = 30.0  # another process writes its own task's checkpoint
_STEPS_A_ROUND = 8


class Checkpoints:
    """The checkpoint file, opened when it is first needed and then kept open.

    Opening it for every task would cost more than all that is written for one: the last connection that is
    closed moves the write-ahead log into the file and waits for the disk. A forked child opens it anew,
    since a connection must not cross a fork. Safe to use from several threads.

    Args:
        path: The SQLite file; None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: tuple[int, SqliteSaver] | None = None

    @contextmanager
    def saver(self) -> Iterator[SqliteSaver | None]:
        """The open file, or None.

        Raises:
            CheckpointFailed: the file cannot be opened, read or written (also while the block runs).
        """
        if self._path is None:
            yield None
            return
        saver = self._open(self._path)
        # Not OSError: what a caller's event handler or a verifier raises in here is none of ours.
        try:
            yield saver
        except sqlite3.Error as error:
            raise _failed(self._path, error) from error

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            if self._opened is not None and self._opened[0] == os.getpid():
                self._opened[1].conn.close()
            self._opened = None

    def _open(self, path: Path) -> SqliteSaver:
        with self._lock:
            if self._opened is not None and self._opened[0] == os.getpid():
                return self._opened[1]
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
                # With a write-ahead log this loses nothing when a process dies, and waits for no disk.
                connection.execute("PRAGMA synchronous=NORMAL")
                # Only plain data is ever written, so nothing else is ever revived.
                saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
                saver.setup()
            except (sqlite3.Error, OSError) as error:
                raise _failed(path, error) from error
            self._opened = (os.getpid(), saver)
            return saver


def _failed(path: Path, error: Exception) -> CheckpointFailed:
    return CheckpointFailed(
        f"The checkpoint file {path.name} cannot be used: {error}.",
        f"Look at the disk space and the permissions of {path.parent}.",
    )


def forget(saver: SqliteSaver, task_id: str) -> None:
    """Drop all checkpoints of a task."""
    saver.delete_thread(task_id)


class Graph:
    """A task's loop, ready to run.

    Args:
        loop: The steps.
        saver: Where the state goes after each; None keeps nothing.
        task_id: Names the task's checkpoints.
        attempts: Rounds at most.
    """

    def __init__(self, loop: Loop, saver: SqliteSaver | None, task_id: str, attempts: int) -> None:
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
