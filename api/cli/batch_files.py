"""The files of a batch that is run here: what is to be done, what has been done, and adding to it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple

from verifiers.domain import CodingTask
from verifiers.errors import InvalidInput, ToolFailed
from worker.batches.lines import BadLine, Line, RawLine, is_empty, read, split
from worker.batches.results import failure
from worker.store.batches.values import BatchError

_CHUNK_BYTES = 2**20
_BEGINNING = b'{"id": "batch_req_'


class Todo(NamedTuple):
    """What an input file asks for.

    Attributes:
        lines: Lines that are to be worked on: number and first byte, in order.
        bad: Lines that cannot be read.
        ids: Their names and those of all others.
    """

    lines: tuple[RawLine, ...]
    bad: tuple[BadLine, ...]
    ids: frozenset[str]


class Done(NamedTuple):
    """What an output or error file holds already.

    Attributes:
        ids: The names of its lines.
        numbers: Of those without a name: which lines of the input they are about.
        solved: How many tell of accepted code.
        bytes: Up to where it is whole: whoever wrote it may have been killed in the middle of a line.
    """

    ids: frozenset[str]
    numbers: frozenset[int]
    solved: int
    bytes: int


def look_through(path: Path, check: Callable[[CodingTask], None]) -> Todo:
    """Read every line of an input file once.

    Args:
        path: The file.
        check: Looks at each task; raises InvalidInput.

    Raises:
        InvalidInput: it cannot be read, or has no lines.
    """
    lines: list[RawLine] = []
    bad: list[BadLine] = []
    ids: set[str] = set()
    for raw in _lines(path):
        if is_empty(raw):
            continue
        says = read(raw, None, check)
        if says.custom_id is not None and says.custom_id in ids:
            said = f"An earlier line has the custom_id {says.custom_id[:64]!r} already."
            says = BadLine(number=raw.number, code="duplicate_custom_id", message=said)
        elif says.custom_id is not None:
            ids.add(says.custom_id)
        if isinstance(says, BadLine):
            bad.append(says)
        else:
            lines.append(raw._replace(data=None))  # fifty thousand of them would not fit into memory
    if not lines and not bad:
        raise InvalidInput("tasks", f"{path} has no lines.", "Give one JSON object a line.")
    return Todo(tuple(lines), tuple(bad), frozenset(ids))


def again(path: Path, raw: RawLine, check: Callable[[CodingTask], None]) -> Line:
    """Read one line of an input file that was looked through.

    Raises:
        InvalidInput: it has changed since.
    """
    try:
        with path.open("rb") as file:
            file.seek(raw.start)
            says = read(raw._replace(data=file.read(raw.end - raw.start)), None, check)
    except OSError as error:
        raise _unreadable(path, error) from error
    if isinstance(says, BadLine):
        raise InvalidInput("tasks", f"{path} was changed while it was worked on.", "Start the command again.")
    return says


def look_at_results(path: Path, field: str, todo: Todo) -> Done:
    """What a result file holds already; nothing if there is none.

    Raises:
        InvalidInput: it holds something else, which is not to be touched.
    """
    if not path.exists():
        return Done(frozenset(), frozenset(), 0, 0)
    ids: set[str] = set()
    numbers: set[int] = set()
    whole = solved = 0
    for raw in split(_pieces(path, field), longest=2**40):
        data = raw.data or b""
        if raw.end - raw.start == len(data) and data.startswith(_BEGINNING[: len(data)]):
            break  # without its newline: it was not written to its end
        try:
            line = json.loads(data)
            name, error = line["custom_id"], line["error"]
            if name is None:
                numbers.add(int(error["line"]))
            elif name in todo.ids:
                ids.add(name)
                solved += _tells_of_code(line)
            else:
                raise KeyError(name)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InvalidInput(
                field,
                f"{path} holds something else than results of this batch (line {raw.number}).",
                "Name another file.",
            ) from error
        whole = raw.end
    return Done(frozenset(ids), frozenset(numbers), solved, whole)


class Results:
    """Adds lines to a batch's result files, which nobody else writes meanwhile.

    Args:
        output: For results.
        errors: For errors.
        todo: What the input asks for.
    """

    def __init__(self, output: Path, errors: Path, todo: Todo) -> None:
        self._paths = (output, errors)
        self._todo = todo
        self._cleanup = ExitStack()
        self._output: BinaryIO
        self._errors: BinaryIO
        self.done: frozenset[str] = frozenset()  # when they were opened
        self.solved = 0

    def __enter__(self) -> Results:
        """Open the files, and note the lines that cannot be read.

        Raises:
            InvalidInput: they hold something else, somebody else writes them, or they cannot be written.
        """
        with self._cleanup:
            output, errors = self._paths
            self._output, before = self._open(output, "output")
            self._errors, failed = self._open(errors, "errors")
            self.done, self.solved = before.ids | failed.ids, before.solved
            for line in self._todo.bad:
                if line.custom_id not in self.done and line.number not in failed.numbers:
                    self.add_error(line.number, line.custom_id, line.code, line.message)
            self._cleanup = self._cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def add(self, line: bytes) -> None:
        """Add a line to the output file.

        Raises:
            ToolFailed: it cannot be written.
        """
        _append(self._output, line)

    def add_error(self, number: int, custom_id: str | None, code: str, message: str) -> None:
        """Add a line to the error file.

        Raises:
            ToolFailed: it cannot be written.
        """
        error = BatchError(code=code, message=message, line=number)
        _append(self._errors, failure(str(number), custom_id, error))

    def _open(self, path: Path, field: str) -> tuple[BinaryIO, Done]:
        try:
            file = self._cleanup.enter_context(path.open("ab", buffering=0))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InvalidInput(field, f"{path} is being written by another run.", "Wait for it.") from error
        except OSError as error:
            raise InvalidInput(
                field, f"{path} cannot be written ({error.strerror}).", "Name another file."
            ) from error
        done = look_at_results(path, field, self._todo)
        os.truncate(file.fileno(), done.bytes)
        return file, done


def _tells_of_code(line: dict[str, Any]) -> bool:
    body = (line.get("response") or {}).get("body", {})
    return "solved" in (body.get("state"), body.get("acrisol", {}).get("status"))


def _append(file: BinaryIO, line: bytes) -> None:
    try:
        written = file.write(line)
    except OSError as error:
        raise _unwritten(error.strerror or "") from error
    if written != len(line):
        raise _unwritten("the disk is full")


def _unwritten(why: str) -> ToolFailed:
    return ToolFailed(f"A result cannot be written ({why}).", "Make room; the same command then goes on.")


def _lines(path: Path) -> Iterator[RawLine]:
    return split(_pieces(path, "tasks"))


def _pieces(path: Path, field: str) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK_BYTES):
                yield piece
    except OSError as error:
        raise _unreadable(path, error, field) from error


def _unreadable(path: Path, error: OSError, field: str = "tasks") -> InvalidInput:
    return InvalidInput(field, f"{path} cannot be read ({error.strerror}).", "Check the path.")
