"""From documents to what a model is trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from models.chat import Message
from models.data.document import Document
from models.data.engine.job import INSTRUCTION
from models.data.rows import Origin, TrainingRow
from models.examining import Examiner
from verifiers.domain import CodingTask, Language, Value

_FENCED = {"task", "docstring"}  # methods whose answer is code alone


class TextRow(Value):
    """Code as it is, for training on plain text.

    Attributes:
        text: A file, or a part of one.
        origin: Where it comes from.
    """

    kind: Literal["text"] = "text"
    text: str
    origin: Origin


def frames_of(examiner: Examiner) -> dict[str, tuple[Message, ...]]:
    """By language, how the agent asks, with a mark where the instruction goes.

    The agent's prompt is made once for each language and filled in for each document: worker processes then
    need neither the agent nor its tools.
    """
    return {
        language.value: examiner.ask(CodingTask(language=language, instruction=INSTRUCTION))
        for language in Language
    }


def row_of(document: Document, frames: Mapping[str, tuple[Message, ...]]) -> TrainingRow | TextRow:
    """What a document teaches: the answer to its prompt, or its text where it has none.

    Args:
        document: The document.
        frames: Of :func:`frames_of`; empty leaves prompts as they are.
    """
    origin = Origin(
        source=document.source,
        id=document.id,
        license=document.license,
        language=document.language,
        method=document.method,
    )
    if not document.prompt:
        return TextRow(text=document.text, origin=origin)
    asked, answer = document.prompt, document.text
    if document.method in _FENCED:
        answer = fenced(answer, document.language)
    frame = frames.get(document.language) if document.method in _FENCED else None
    prompt = _filled(frame, asked) if frame else (Message(role="user", content=asked),)
    return TrainingRow(prompt=prompt, completion=(Message(role="assistant", content=answer),), origin=origin)


def fenced(code: str, language: str) -> str:
    """Code in a block, with a fence that is longer than any in it."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"


def _filled(frame: tuple[Message, ...], instruction: str) -> tuple[Message, ...]:
    return tuple(
        Message(role=message.role, content=message.content.replace(INSTRUCTION, instruction.strip()))
        for message in frame
    )
