"""The loop as a LangGraph graph, checkpointed after every step."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from agent.errors import CheckpointFailed
from agent.loop import Loop, Update
from agent.state import LoopState
from verifiers.verifier import Stage

_BUSY_S = 30.0  # another process writes its own task's checkpoint
_STEPS_A_ROUND = 8


@contextmanager
def checkpoints(path: Path | None) -> Iterator[SqliteSaver | None]:
    """Open the checkpoint file; None keeps nothing.

    Every task opens it anew: a connection must not cross a fork, and opening takes well under a
    millisecond.

    Raises:
        CheckpointFailed: the file cannot be opened, read or written (also while the block runs).
    """
    if path is None:
        yield None
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_S, check_same_thread=False)
    except (sqlite3.Error, OSError) as error:
        raise _failed(path, error) from error
    # Not OSError: what a caller's event handler or a verifier raises in here is none of ours.
    with closing(connection):
        try:
            # With a write-ahead log this loses nothing when a process dies, and waits for no disk.
            connection.execute("PRAGMA synchronous=NORMAL")
            # Only plain data is ever written, so nothing else is ever revived.
            saver = SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=None))
            saver.setup()
            yield saver
        except sqlite3.Error as error:
            raise _failed(path, error) from error


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
        self._graph = _built(loop).compile(checkpointer=saver)
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
            self._graph.stream(start, self._config, stream_mode="values", **durability),
        )


def _built(loop: Loop) -> StateGraph[LoopState]:
    def step(node: Callable[[LoopState], Update]) -> Any:
        def run(state: LoopState) -> Update:
            loop.stop_if_asked()
            return {**node(state), "spent_s": loop.spent_s}

        return run

    stages = [stage.name.lower() for stage in Stage]
    graph = StateGraph(LoopState)
    graph.add_node("plan", step(loop.plan))
    graph.add_node("generate", step(loop.generate))
    graph.add_node("select", step(loop.select))
    graph.add_node("feed_back", step(loop.feed_back))
    graph.add_node("accept", step(loop.end))
    graph.add_node("give_up", step(loop.end))
    graph.add_edge(START, "plan")
    graph.add_edge("plan", "generate")
    graph.add_conditional_edges("generate", loop.after_generate, [*stages, "select"])
    for stage in Stage:
        graph.add_node(stage.name.lower(), step(functools.partial(loop.check, stage)))
        following = [later.name.lower() for later in Stage if later > stage]
        route = functools.partial(loop.after_check, stage)
        graph.add_conditional_edges(stage.name.lower(), route, [*following, "select"])
    graph.add_conditional_edges("select", lambda state: state["next"], ["accept", "feed_back", "give_up"])
    graph.add_edge("feed_back", "generate")
    graph.add_edge("accept", END)
    graph.add_edge("give_up", END)
    return graph
