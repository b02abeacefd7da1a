"""From documents to what a model is trained on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from models.chat import Message
from models.data.document import Document
from models.data.engine.job import INSTRUCTION, TESTS, WITH_TESTS
from models.data.rows import Origin, TrainingRow
from models.examining import Examiner
from verifiers.domain import CodingTask, Language, SourceFile, TestSuite, Value

_SIGNATURE = re.compile(r"^[ \t]*(?:async )?def \w+\(", re.M)
_MOST_TESTS = 800  # characters; as many as the agent shows a model of a small context
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
    frames = {
        language.value: examiner.ask(CodingTask(language=language, instruction=INSTRUCTION))
        for language in Language
    }
    tests = TestSuite(files=(SourceFile(path="tests.py", content=f"assert {TESTS}\n"),))
    return frames | {WITH_TESTS: examiner.ask(CodingTask(instruction=INSTRUCTION, tests=tests))}


def row_of(document: Document, frames: Mapping[str, tuple[Message, ...]]) -> TrainingRow | TextRow:
    """What a document teaches: the answer to its prompt, or its text where it has none.

    Args:
        document: The document.
        frames: Of :func:`frames_of`; empty leaves prompts as they are.
    """
    weak = document.metadata.get("weaknesses")
    origin = Origin(
        source=document.source,
        id=document.id,
        license=document.license,
        language=document.language,
        method=document.method,
        attribution=str(document.metadata.get("attribution", "")),
        weaknesses=tuple(map(str, weak)) if isinstance(weak, list) else (),
    )
    if not document.prompt:
        return TextRow(text=document.text, origin=origin)
    asked, answer = document.prompt, document.text
    if document.method in _FENCED:
        answer = fenced(answer, document.language)
    tests = _shown_tests(document)
    frame = frames.get(WITH_TESTS if tests else document.language) if document.method in _FENCED else None
    prompt = _filled(frame, asked, tests) if frame else (Message(role="user", content=asked),)
    return TrainingRow(prompt=prompt, completion=(Message(role="assistant", content=answer),), origin=origin)


def fenced(code: str, language: str) -> str:
    """Code in a block, with a fence that is longer than any in it."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code.strip(chr(10))}\n{fence}"


def _filled(frame: tuple[Message, ...], instruction: str, tests: str) -> tuple[Message, ...]:
    def fill(text: str) -> str:
        # The instruction last: it is hostile, and might hold the other mark.
        return text.replace(f"assert {TESTS}", tests).replace(INSTRUCTION, instruction.strip())

    return tuple(Message(role=message.role, content=fill(message.content)) for message in frame)


def _shown_tests(document: Document) -> str:
    """The first assertions, as the agent shows them where the instruction does not give the signature."""
    if document.language != Language.PYTHON or _SIGNATURE.search(document.prompt):
        return ""
    shown: list[str] = []
    for line in document.tests.splitlines():
        fits = sum(map(len, shown)) + len(line) <= _MOST_TESTS
        if line.startswith("assert ") and fits and line not in document.prompt:
            shown.append(line)
    return "\n".join(shown)
