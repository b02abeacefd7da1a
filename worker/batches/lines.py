"""Reading the lines of a batch: the one place that knows what a line may look like.

Either OpenAI's form::

    {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [...]}}
    {"custom_id": "a", "method": "POST", "url": "/v1/tasks", "body": {"instruction": "..."}}

or a task as it is, with a name of its own, which is the same as the second::

    {"custom_id": "a", "instruction": "...", "tests": {...}}

where ``task_id`` may stand for ``custom_id``. Empty lines are skipped, though they count as lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from pydantic import Field, ValidationError
from pydantic_core import from_json

from verifiers.domain import CodingTask, Value
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input
from verifiers.values import checked_text
from worker.chat_values import MODEL, ChatRequest, task_of

MAX_LINES = 50_000
MAX_LINE_BYTES = 4_000_000
MAX_ID_CHARS = 512
_NAMES = ("custom_id", "task_id")
_SAID_CHARS = 500


class Endpoint(StrEnum):
    """Where a line's body would go as a request."""

    CHAT = "/v1/chat/completions"
    TASKS = "/v1/tasks"


class RawLine(NamedTuple):
    """A line as it stands in the file.

    Attributes:
        number: From 1.
        start: Its first byte's place in the file.
        end: The place after its newline.
        data: Its bytes without the newline; None where it is too long.
    """

    number: int
    start: int
    end: int
    data: bytes | None


class Line(Value):
    """A line that asks for something.

    Attributes:
        number: From 1.
        custom_id: Its sender's name for it.
        endpoint: What form the answer has.
        task: What is asked for.
        model: As a chat names it; empty for a task.
    """

    number: int
    custom_id: str
    endpoint: Endpoint
    task: CodingTask
    model: str = ""


class BadLine(Value):
    """A line that cannot be read.

    Attributes:
        number: From 1.
        custom_id: Its sender's name for it, where that much can be read.
        code: For a program: ``invalid_json``, ``invalid_line``, ``invalid_body``, ``line_too_long``, ...
        message: One sentence for a person.
    """

    number: int
    custom_id: str | None = None
    code: str
    message: str


class _Request(Value):
    custom_id: str
    method: Literal["POST"] = "POST"
    url: Endpoint
    body: dict[str, Any] = Field(repr=False)


class _Wrong(Exception):
    """Why a line cannot be read."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code, self.message = code, message[:_SAID_CHARS]


def split(
    pieces: Iterable[bytes], start: int = 0, number: int = 1, longest: int = MAX_LINE_BYTES
) -> Iterator[RawLine]:
    """Cut a file into lines, whatever their lengths, with no more than one line in memory.

    Args:
        pieces: The file's content from the byte ``start`` on, in pieces of any size.
        start: Where the first line begins.
        number: The first line's number.
        longest: Bytes of a line above which it is passed over.
    """
    held, length = bytearray(), 0
    for piece in pieces:
        at = 0
        while (newline := piece.find(b"\n", at)) >= 0:
            length += newline + 1 - at
            held += piece[at : newline if length <= longest + 1 else at]
            data = bytes(held) if length <= longest + 1 else None
            yield RawLine(number, start, start + length, data)
            start, number, at = start + length, number + 1, newline + 1
            held, length = bytearray(), 0
        length += len(piece) - at
        if length <= longest:
            held += piece[at:]
    if length:
        yield RawLine(number, start, start + length, bytes(held) if length <= longest else None)


def read(raw: RawLine, endpoint: str | None, check: Callable[[CodingTask], None]) -> Line | BadLine:
    """What a line asks for, or why that cannot be said.

    Args:
        raw: The line; not an empty one.
        endpoint: The only one that it may name; None for any.
        check: Looks at its task; raises InvalidInput.
    """
    custom_id: str | None = None
    try:
        fields = _object(raw)
        custom_id = _take_id(fields)
        return _line(raw.number, custom_id, fields, endpoint, check)
    except _Wrong as wrong:
        return BadLine(number=raw.number, custom_id=custom_id, code=wrong.code, message=wrong.message)


def is_empty(raw: RawLine) -> bool:
    """Whether there is nothing on a line."""
    return raw.data is not None and not raw.data.strip()


def _object(raw: RawLine) -> dict[str, Any]:
    if raw.data is None:
        raise _Wrong("line_too_long", f"The line is longer than {MAX_LINE_BYTES:,} bytes.")
    try:
        # Not the json module: it takes NaN and lone surrogates, and its recursion has no limit of its own.
        value = from_json(raw.data.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
    except ValueError as error:
        raise _Wrong("invalid_json", f"The line is not valid JSON: {error}.") from error
    if not isinstance(value, dict):
        raise _Wrong("invalid_line", "The line is not a JSON object.")
    return value


def _take_id(fields: dict[str, Any]) -> str:
    named = [name for name in _NAMES if name in fields]
    if not named:
        raise _Wrong("missing_custom_id", "custom_id is missing: give each line a name of its own.")
    if len(named) > 1:
        raise _Wrong("invalid_custom_id", "The line has both custom_id and task_id: keep one.")
    value = fields.pop(named[0])
    if not isinstance(value, str) or not value or len(value) > MAX_ID_CHARS:
        said = f"{named[0]} is not a text of 1 to {MAX_ID_CHARS} characters."
        raise _Wrong("invalid_custom_id", said)
    try:
        return checked_text(value)
    except ValueError as error:
        raise _Wrong("invalid_custom_id", f"{named[0]} {error}.") from error


def _line(
    number: int,
    custom_id: str,
    fields: dict[str, Any],
    endpoint: str | None,
    check: Callable[[CodingTask], None],
) -> Line:
    if not {"url", "method", "body"} & fields.keys():
        fields = {"url": Endpoint.TASKS, "body": fields}
    try:
        request = _Request.model_validate({"custom_id": custom_id, **fields})
    except ValidationError as error:
        raise _Wrong("invalid_line", f"{invalid_input(error)}.") from error
    if endpoint is not None and request.url != endpoint:
        raise _Wrong("invalid_url", f"The line is for {request.url.value}, and its batch is for {endpoint}.")
    model = ""
    try:
        if request.url is Endpoint.CHAT:
            chat = ChatRequest.model_validate(request.body)
            if chat.model != MODEL:
                raise InvalidInput("model", f"is {chat.model[:200]!r}.", f"There is only {MODEL!r}.")
            task, model = task_of(chat), chat.model
        else:
            task = CodingTask.model_validate(request.body)
        check(task)
    except ValidationError as error:
        raise _Wrong("invalid_body", f"{invalid_input(error, 'body')}.") from error
    except InvalidInput as error:
        raise _Wrong("invalid_body", f"body.{error}") from error
    return Line(number=number, custom_id=custom_id, endpoint=request.url, task=task, model=model)
