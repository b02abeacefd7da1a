"""What a model is trained on, one JSON object a line, in the shapes that TRL reads as they are."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from models.chat import Message
from verifiers.domain import Value

Answer = Annotated[tuple[Message, ...], Field(min_length=1, max_length=1)]


class Origin(Value):
    """Where a row comes from.

    Attributes:
        source: The dataset, repository or kind of outcome.
        id: The row's or file's name there.
        license: SPDX expression; empty where none is known.
        language: A :class:`~verifiers.domain.Language`'s value, or any other language's usual name.
        method: How it was made: ``docstring``, ``question-answer``, ``task``, ``fill-in``, ``outcome``,
            ``repair``, ``feedback``, ``sampled``, ``attack``.
        verified: Names of the verifiers that passed the answer; empty where nothing was run.
        weaknesses: CWEs or rules that scanners hold against the answer: it shows what not to write.
        attribution: Whom the licence asks to be named; empty where it asks for nobody.
    """

    source: str
    id: str = ""
    license: str = ""
    language: str = ""
    method: str = ""
    verified: tuple[str, ...] = ()
    attribution: str = ""
    weaknesses: tuple[str, ...] = ()


class TrainingRow(Value):
    """A prompt and the answer to learn; TRL's conversational prompt-completion format.

    Attributes:
        prompt: The conversation so far; its last message is the user's.
        completion: The assistant's one message.
        origin: Where it comes from.
        weight: What its loss is multiplied by, at least 0.
    """

    kind: Literal["sft"] = "sft"
    prompt: Annotated[tuple[Message, ...], Field(min_length=1)]
    completion: Answer
    origin: Origin
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _alternates(self) -> Self:
        if self.completion[0].role != "assistant" or self.prompt[-1].role != "user":
            raise ValueError("the prompt must end with the user's turn and the completion be the assistant's")
        return self


class PreferenceRow(Value):
    """A prompt, a better and a worse answer; TRL's conversational preference format.

    Attributes:
        prompt: The conversation so far; its last message is the user's.
        chosen: The better answer.
        rejected: The worse one.
        origin: Where they come from.
        reason: Why the one is better: a failing test's id, a CWE.
    """

    kind: Literal["preference"] = "preference"
    prompt: Annotated[tuple[Message, ...], Field(min_length=1)]
    chosen: Answer
    rejected: Answer
    origin: Origin
    reason: str = ""

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.chosen == self.rejected:
            raise ValueError("the chosen and the rejected answer are the same")
        return self
