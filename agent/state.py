"""What the loop remembers between two steps, and nothing else: what a checkpoint holds.

Everything is a string, a number, a boolean, or a list or dictionary of those. Attempts are kept as JSON text
because evidence may hold integers that the checkpoint's binary format cannot. The task is not part of it:
whoever resumes brings it along, and its digest says that it is the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from models.chat import Message
from verifiers.domain import Attempt, CodingTask, Outcome, Usage

VERSION = 1


class LoopState(TypedDict):
    """The state.

    Attributes:
        version: Of this layout.
        task: The task's digest.
        number: The round, from 1; 0 before the first.
        fresh: The round starts over instead of answering feedback.
        messages: The round's conversation.
        attempts: All attempts so far, as JSON.
        alive: Indices of the round's attempts that nothing speaks against yet.
        fed_back: Failure digests of what was fed back.
        usage: Tokens spent, as JSON.
        spent_s: Wall-clock seconds spent.
        next: The step that follows, where there is a choice.
        reason: One sentence, where it ends.
        chosen: Index of the attempt that is accepted or fed back; -1 for none.
        outcome: The outcome as JSON; empty until the end.
    """

    version: int
    task: str
    number: int
    fresh: bool
    messages: list[dict[str, str]]
    attempts: list[str]
    alive: list[int]
    fed_back: list[str]
    usage: str
    spent_s: float
    next: str
    reason: str
    chosen: int
    outcome: str


def initial(task: CodingTask) -> LoopState:
    """The state before the first step."""
    return LoopState(
        version=VERSION,
        task=task.digest,
        number=0,
        fresh=False,
        messages=[],
        attempts=[],
        alive=[],
        fed_back=[],
        usage=Usage().model_dump_json(),
        spent_s=0.0,
        next="",
        reason="",
        chosen=-1,
        outcome="",
    )


def attempts_of(state: LoopState) -> list[Attempt]:
    """The attempts as values."""
    return [Attempt.model_validate_json(text) for text in state["attempts"]]


def dumped(attempts: Sequence[Attempt]) -> list[str]:
    """Attempts as the state keeps them."""
    return [attempt.model_dump_json() for attempt in attempts]


def usage_of(state: LoopState) -> Usage:
    """The tokens spent."""
    return Usage.model_validate_json(state["usage"])


def messages_of(state: LoopState) -> tuple[Message, ...]:
    """The conversation as values."""
    return tuple(Message.model_validate(message) for message in state["messages"])


def outcome_of(state: LoopState) -> Outcome | None:
    """The outcome, if the loop has ended."""
    return Outcome.model_validate_json(state["outcome"]) if state["outcome"] else None
