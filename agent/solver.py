"""The agent's public face: a task in, an outcome out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from agent.budget import Stopwatch
from agent.ending import cancelled
from agent.errors import Stopped
from agent.extraction import wanted_from
from agent.generation import Generator
from agent.graph import Checkpoints, Graph
from agent.loop import Loop
from agent.prompts import PromptLimits
from agent.sampling import Schedule
from agent.state import VERSION, LoopState, attempts_of, initial, outcome_of, usage_of
from agent.verification import OVERRUN_S, Verification
from models.chat import ChatModel
from verifiers.domain import CodingTask, Event, Outcome
from verifiers.errors import InvalidInput, ToolFailed
from verifiers.verifier import Verifier


def _ignore(event: Event) -> None:
    return None


def _never() -> bool:
    return False


class Solver:
    """Solves tasks with one model and one set of verifiers. Safe to call from several threads.

    Model and verifiers belong to the caller, who closes them.

    Args:
        model: Writes the code.
        verifiers: Judge it. Those that apply to a task, and those its policy requires, must all pass.
        schedule: How samples are drawn.
        limits: How long prompts may be.
        threads: Verifiers that run at a time.
        model_timeout_s: Wall-clock seconds that one request to the model may take.
        checkpoint_path: SQLite file for the state after every step, or a Postgres database's URL; None keeps
            nothing.
        overrun_s: Seconds beyond its deadline after which a verifier counts as hung.
        clock: Seconds, monotonic.
    """

    def __init__(
        self,
        model: ChatModel,
        verifiers: Sequence[Verifier],
        *,
        schedule: Schedule | None = None,
        limits: PromptLimits | None = None,
        threads: int = 2,
        model_timeout_s: float = 120.0,
        checkpoint_path: Path | str | None = None,
        overrun_s: float = OVERRUN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verifiers = tuple(verifiers)
        self._generator = Generator(model, schedule or Schedule(), model_timeout_s)
        self._limits = limits or PromptLimits()
        self._threads = threads
        self._checkpoints = Checkpoints(checkpoint_path)
        self._overrun_s = overrun_s
        self._clock = clock

    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str | None = None,
        on_event: Callable[[Event], None] = _ignore,
        should_stop: Callable[[], bool] = _never,
    ) -> Outcome:
        """Solve a task.

        With a checkpoint file, a task that was begun before under the same id goes on after its last finished
        step, and one that has ended gives the same outcome again.

        Args:
            task: What is asked for.
            task_id: Names the task's checkpoints; a new one if None.
            on_event: Told what happens while it happens, in the calling thread. Events of a step that a
                dying process did not finish come again.
            should_stop: Asked between steps and ten times a second within them. Where it says yes the
                outcome is ``cancelled``, and a later call with the same id goes on.

        Raises:
            InvalidInput: the policy requires a verifier that there is not, or the id belongs to another task.
            ToolError: a tool, the model or the checkpoint file is missing or broken. What was finished
                stays checkpointed.
        """
        verifiers = self._applicable(task)
        with self._checkpoints.saver() as saver:
            name = task_id or uuid.uuid4().hex
            state = initial(task)
            stopwatch = Stopwatch(task.budget, self._clock)
            loop = self._loop(task, verifiers, stopwatch, on_event, should_stop)
            graph = Graph(loop, saver, name, task.budget.attempts)
            stored = graph.stored()
            if saver is not None and stored is not None and stored["version"] != VERSION:
                saver.delete_thread(name)  # written by another version of this code: begin anew
                stored = None
            if stored is not None:
                _check_same(stored, task)
                state = stored
                stopwatch.add(stored["spent_s"])
            try:
                if not state["outcome"]:
                    for reached in graph.states(None if stored else state):
                        state = reached
                outcome = outcome_of(state)
            except Stopped:
                outcome = cancelled(task, attempts_of(state), usage_of(state), stopwatch.spent_s)
        if outcome is None:
            raise ToolFailed("The loop ended without an outcome.", "Report this.")
        on_event(Event(kind="outcome", data=outcome.model_dump(mode="json")))
        return outcome

    def forget(self, task_id: str) -> None:
        """Drop a task's checkpoints, once its outcome is stored elsewhere; unknown ids are fine.

        Raises:
            CheckpointFailed: the checkpoints cannot be written.
        """
        self._checkpoints.forget(task_id)

    def close(self) -> None:
        """Close the checkpoint file; idempotent, and the solver can still be used."""
        self._checkpoints.close()

    def _applicable(self, task: CodingTask) -> tuple[Verifier, ...]:
        known = {verifier.name for verifier in self._verifiers}
        require = task.policy.for_language(task.language).require
        unknown = [name for name in require if name not in known]
        if unknown:
            raise InvalidInput(
                "policy.require",
                f"there is no verifier named '{unknown[0]}'.",
                f"Use one of: {', '.join(sorted(known)) or 'none is installed'}.",
            )
        return tuple(
            verifier for verifier in self._verifiers if verifier.name in require or verifier.applies_to(task)
        )

    def _loop(
        self,
        task: CodingTask,
        verifiers: Sequence[Verifier],
        stopwatch: Stopwatch,
        on_event: Callable[[Event], None],
        should_stop: Callable[[], bool],
    ) -> Loop:
        verification = Verification(
            task,
            verifiers,
            stopwatch,
            threads=self._threads,
            overrun_s=self._overrun_s,
            should_stop=should_stop,
        )
        return Loop(
            task,
            wanted_from(task),
            self._generator,
            verification,
            stopwatch,
            limits=self._limits,
            on_event=on_event,
            should_stop=should_stop,
        )


def _check_same(stored: LoopState, task: CodingTask) -> None:
    if stored["task"] != task.digest:
        raise InvalidInput(
            "task_id", "a different task was begun under this id.", "Use another id, or forget the old task."
        )
