"""Completions from a JSONL file, for tests and benchmarks; and the model that writes such a file.

One row is one call's answer::

    {"completions": ["text", {"text": "...", "finish_reason": "length"}], "contains": "add two numbers"}

``completions`` (at least one) are that call's samples. A row says what it answers by at most one of

- ``digest``: the conversation's :func:`models.chat.prompt_digest`;
- ``contains``: a text, or a list of texts, that all occur somewhere in the conversation;

and answers any conversation when it says neither. It answers once, or with ``repeat: true`` for ever;
``model`` and ``usage`` (``prompt_tokens``, ``completion_tokens``) may be given. A call takes the first
unused row with its digest, else the one whose ``contains`` is longest, else the first row that says neither.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from models.answers import estimate
from models.chat import ChatModel, Completion, Completions, Message, prompt_digest
from models.errors import ModelMissing, ModelUnavailable
from verifiers.domain import Sampling, Usage, Value
from verifiers.errors import InvalidInput

MAX_FILE_BYTES = 256 * 2**20


def _as_completion(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _as_texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class RecordedRow(Value):
    """One line of the file; see the module."""

    completions: tuple[Annotated[Completion, BeforeValidator(_as_completion)], ...] = Field(min_length=1)
    digest: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    contains: Annotated[tuple[str, ...], BeforeValidator(_as_texts)] = ()
    repeat: bool = False
    model: str = ""
    usage: Usage | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.digest is not None and self.contains:
            raise ValueError("has both 'digest' and 'contains': keep one")
        if any(not text for text in self.contains):
            raise ValueError("has an empty text in 'contains', which every prompt contains")
        return self

    def rank(self, digest: str, text: str) -> int | None:
        """How well it fits a conversation, more is better; None where it does not answer it.

        Args:
            digest: The conversation's digest.
            text: All of its contents.
        """
        if self.digest is not None:
            return 2**31 if self.digest == digest else None
        if all(part in text for part in self.contains):
            return sum(len(part) for part in self.contains)
        return None


class RecordedModel:
    """Implements :class:`models.chat.ChatModel` with the rows of a file.

    A row that holds more samples than a call asks for gives its first ones; one that holds fewer gives all
    it has. Token counts that a row does not carry are estimated.

    Args:
        path: The JSONL file; read once, at most 256 MiB.

    Raises:
        ModelMissing: there is no such file.
        InvalidInput: a line is malformed; says which, and what is wrong with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = _read_rows(path)
        self._unused = dict(self._rows)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"RecordedModel({str(self._path)!r})"

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self._path.stem

    @property
    def endpoint(self) -> str:
        """The file."""
        return str(self._path)

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """Give the next recorded answer to this conversation; ``sampling`` and ``timeout_s`` do not matter.

        Raises:
            ModelUnavailable: no row answers this conversation, or all that do have been used.
        """
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        digest = prompt_digest(messages)
        text = "\n".join(message.content for message in messages)
        with self._lock:
            line = _best(self._unused, digest, text)
            if line is None:
                raise self._no_row(digest, text)
            row = self._rows[line]
            if not row.repeat:
                del self._unused[line]
        samples = row.completions[:n]
        return Completions(
            samples=samples,
            usage=row.usage or estimate(len(text), samples),
            usage_estimated=row.usage is None,
            model=row.model or self.name,
        )

    def close(self) -> None:
        """Nothing was started."""

    def _no_row(self, digest: str, text: str) -> ModelUnavailable:
        used = _best(self._rows, digest, text)
        if used is not None:
            return ModelUnavailable(
                f"Every row of {self._path} that answers this prompt has been used (among them line {used}).",
                'Add a row, or set "repeat": true in that one.',
            )
        return ModelUnavailable(
            f"No row of {self._path} answers this prompt (digest {digest}).",
            'Add a row with this digest, with a "contains" text that occurs in the prompt, or with neither.',
        )


class RecordingModel:
    """Implements :class:`models.chat.ChatModel` around another, and appends each answer to a file.

    The rows carry digests, so that :class:`RecordedModel` gives each conversation its own answers again.

    Args:
        inner: Who answers.
        path: The JSONL file; created if it is not there.
    """

    def __init__(self, inner: ChatModel, path: Path) -> None:
        self._inner = inner
        self._path = path
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The inner model's."""
        return self._inner.name

    @property
    def endpoint(self) -> str:
        """The inner model's."""
        return self._inner.endpoint

    def complete(
        self, messages: Sequence[Message], sampling: Sampling, n: int, timeout_s: float
    ) -> Completions:
        """Let the inner model answer, and write its answer down.

        Raises:
            ModelUnavailable: the inner model's, or the file cannot be written.
        """
        completions = self._inner.complete(messages, sampling, n, timeout_s)
        row = RecordedRow(
            completions=completions.samples,
            digest=prompt_digest(messages),
            model=completions.model,
            usage=completions.usage,
        )
        line = json.dumps(row.model_dump(mode="json", exclude_defaults=True)) + "\n"
        try:
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            raise ModelUnavailable(
                f"The recording {self._path} cannot be written ({error.strerror}).", "Give another path."
            ) from error
        return completions

    def close(self) -> None:
        """Close the inner model."""
        self._inner.close()


def _best(rows: dict[int, RecordedRow], digest: str, text: str) -> int | None:
    """The line of the row that fits best, the first of equals."""
    ranked = ((row.rank(digest, text), line) for line, row in rows.items())
    fitting = [(rank, -line) for rank, line in ranked if rank is not None]
    return -max(fitting)[1] if fitting else None


def _read_rows(path: Path) -> dict[int, RecordedRow]:
    """All rows by their line, from 1."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InvalidInput("model", f"{path} has {size:,} bytes; at most {MAX_FILE_BYTES:,} are read.")
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise ModelMissing(
            f"The recording {path} cannot be read ({error.strerror}).", "Give the path of a .jsonl file."
        ) from error
    rows = {number: _parse_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()}
    if not rows:
        raise InvalidInput("model", f"{path} holds no rows.", 'A row is {"completions": ["..."]}.')
    return rows


def _parse_row(path: Path, number: int, line: bytes) -> RecordedRow:
    hint = 'A row is {"completions": ["..."], "contains": "..."}; see docs/models.md.'
    try:
        return RecordedRow.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        what = f"{where}: {first['msg']}" if where else first["msg"]
        raise InvalidInput("model", f"{path}, line {number}: {what}.", hint) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput("model", f"{path}, line {number} is not JSON ({error}).", hint) from error
