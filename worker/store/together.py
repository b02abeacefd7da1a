"""Writing what several threads have to write in one transaction.

SQLite has one writer at a time, and what is acknowledged waits for the disk. Fifty clients that submit at the
same moment would wait for the lock and the disk one after the other. Here whoever comes first writes, and all
that comes in the meantime goes into the next transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from verifiers.errors import AcrisolError

Write = Callable[[Connection], object]
Begin = Callable[[], AbstractContextManager[Connection]]


@dataclass(eq=False)
class _Waiting:
    write: Write
    turn: Future[bool] = field(default_factory=Future)  # True: write the next group; False: it is written
    error: BaseException | None = None


class Together:
    """Gathers the writes of threads that come while another one is writing."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._writing = False

    def write(self, begin: Begin, write: Write) -> None:
        """Carry out a write, which is committed when this returns.

        Args:
            begin: Begins a transaction that is alone.
            write: What to write; it raises AcrisolError to write nothing, which leaves others' writes alone.

        Raises:
            AcrisolError: what the write or the transaction raised; nothing of the write is stored.
        """
        mine = _Waiting(write)
        with self._guard:
            self._waiting.append(mine)
            first, self._writing = not self._writing, True
        if first or mine.turn.result():
            self._write_group(begin)
        if mine.error is not None:
            raise mine.error

    def _write_group(self, begin: Begin) -> None:
        with self._guard:
            group, self._waiting = self._waiting, []
        try:
            _carry_out(begin, group)
        except BaseException as error:
            for one in group:
                one.error = error
            raise
        finally:
            for one in group:
                if not one.turn.done():
                    one.turn.set_result(False)
            with self._guard:  # the next one writes, so that this client need not wait for what comes later
                self._writing = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].turn.set_result(True)


def _carry_out(begin: Begin, group: Sequence[_Waiting]) -> None:
    try:
        with begin() as connection:
            for one in group:
                _write(connection, one, alone=len(group) == 1)
    except AcrisolError as error:
        # A locked database or a broken disk is the same for all; else one must not take others with it.
        if len(group) == 1 or isinstance(error.__cause__, OperationalError | OSError):
            for one in group:
                one.error = error
        else:
            for one in group:
                one.error = None
                _carry_out(begin, [one])


def _write(connection: Connection, one: _Waiting, alone: bool) -> None:
    if alone:
        one.write(connection)
        return
    try:
        with connection.begin_nested():
            one.write(connection)
    except AcrisolError as error:
        one.error = error
