"""The judge's end of the link: asks the candidate's process, answers its callbacks, and notices its end."""

from __future__ import annotations

import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

from .codec import CodecError, Decoder, Encoder, Tree
from .exceptions import CandidateExit, CandidateGone
from .exports import Exports
from .frames import FrameReader, LinkBroken, send
from .hearing import CandidateOutput, run_in_thread
from .judge_objects import JudgeObjects
from .kinds import SCALARS
from .plain import containers_of, write_call
from .processor import current_processor, move_to
from .sharing import Shared
from .wire import dump, load

MAX_NESTING = 50  # callbacks within callbacks
FEW_CALLS = 8  # that say of a test, the second time that they are made, that it makes many, ...
SHORT_CALL_S = 0.001  # ... and that they are short
_UNUSED = frozenset(
    ("import", "seed", "move", "bye")
)  # operations that say nothing of what the candidate can do
# Whatever a hostile message can make the reading of it raise.
_HOSTILE = (CodecError, TypeError, ValueError, LookupError, AttributeError, RecursionError, MemoryError,
            OverflowError)  # fmt: skip


class Conversation:
    """Questions and answers, one at a time.

    Args:
        reader: Where the candidate's answers come from.
        descriptor: Where it reads.
        exports: What the tests give to the candidate.
        link: What stand-ins use to ask.
    """

    def __init__(self, reader: FrameReader, descriptor: int, exports: Exports, link: Any) -> None:
        self.gone: str | None = None
        self.asked = 0
        self.used = False
        self._reader = reader
        self._descriptor = descriptor
        self._exports = exports
        self._objects = JudgeObjects(link, exports)
        self._lock = threading.RLock()
        self._plain_calls = 0
        self._since = 0.0
        self._is_near = False
        self._nesting = 0
        self._importing = 0
        self._output = CandidateOutput()

    @contextmanager
    def importing(self) -> Iterator[None]:
        """While a module of the candidate's is imported."""
        self._importing += 1
        try:
            yield
        finally:
            self._importing -= 1

    def request(self, operation: str, names: list[Any], values: list[Any], *ready: Tree) -> Any:
        """Ask, and serve callbacks until the answer is there.

        Args:
            operation: What is wanted; see ``guest.py``.
            names: Plain details of it.
            values: Operands of any kind.
            ready: Operands before those that are trees already and hold no container of the tests'.

        Raises:
            CandidateGone: the candidate's process is gone or no longer follows the protocol.
            TypeError: a value cannot be carried.
        """
        __tracebackhide__ = True
        if self.gone is not None:
            raise CandidateGone(self.gone)
        with self._lock:
            self.asked = sequence = self.asked + 1
            self.used = self.used or operation not in _UNUSED
            objects = self._objects
            encoder = Encoder(objects.encode)
            try:
                trees = [*ready, *map(encoder.encode, values)]
                dropped = objects.dropped
                if dropped:
                    objects.dropped = []
                data = dump([sequence, operation, dropped, names, trees])
            except CodecError as error:
                raise TypeError(f"cannot be carried to the candidate's process: {error}") from error
            self._send(data)
            return self._answer(sequence, Shared(encoder.containers))

    def call(self, callee: int, args: tuple[Any, ...]) -> Any:
        """Ask for a call without keywords.

        Args:
            callee: The number of what is called.
            args: Operands of any kind.

        Raises:
            CandidateGone: see :meth:`request`.
            TypeError: see :meth:`request`.
        """
        __tracebackhide__ = True
        with self._lock:
            containers = None if self._objects.dropped or self.gone else containers_of(args)
            data = None if containers is None else write_call(self.asked + 1, callee, args)
            if containers is None or data is None:
                return self.request("call", [], [args], ["H", callee])
            self.used = True
            self.asked = sequence = self.asked + 1
            self._send(data)
            answer = self._answer(sequence, Shared(containers))
            self._plain_calls += 1
            if not self._plain_calls % FEW_CALLS and not self._is_near:
                self._come_near()
            return answer

    def _come_near(self) -> None:
        """Sit on one processor with a candidate whose calls are short: to wake another up costs more."""
        now = time.monotonic()
        seconds, self._since = now - self._since, now
        if seconds > FEW_CALLS * SHORT_CALL_S:
            return
        self._is_near = True  # or it cannot be, which need not be tried again
        with suppress(OSError, ValueError, IndexError):
            processor = current_processor()
            if self.request("move", [processor], []) is True:
                move_to(processor)

    def _answer(self, sequence: int, shared: Shared) -> Any:
        __tracebackhide__ = True
        while True:
            message = self._receive()
            if message[0] == "cb":
                self._callback(message, shared)
                continue
            try:
                kind, number, value, changes, extra = message
                if number != sequence or kind not in ("ret", "exc"):
                    raise CodecError("an answer to another question")
                if type(value) not in SCALARS or changes != [] or kind == "exc":
                    decoder = Decoder(self._objects.decode, shared.table)
                    value = decoder.decode(value)
                    shared.apply(decoder, changes)
                    if kind == "exc":
                        value = self._as_exception(value, extra, decoder)
            except _HOSTILE as error:
                self.end("broke the protocol", error)
            if kind == "exc":
                raise value
            return value

    def _as_exception(self, value: Any, extra: Any, decoder: Decoder) -> BaseException:
        if not isinstance(value, BaseException):
            raise CodecError("raised something that is no exception")
        if value in self._objects.raised.values():
            return value
        if isinstance(value, SystemExit) and self._importing:
            value = CandidateExit("the candidate called sys.exit() while it was imported")
        chain, where = extra
        if type(where) is str and where:
            vars(value)["_acrisol_where"] = where[:500]
        return self._objects.with_cause(value, chain, decoder)

    def _callback(self, message: Tree, shared: Shared) -> None:
        try:
            _, number, operation, names, args_tree, kwargs_tree, changes = message
            decoder = Decoder(self._objects.decode, shared.table)
            args, kwargs = decoder.decode(args_tree), decoder.decode(kwargs_tree)
            if type(args) is not tuple or type(kwargs) is not dict:
                raise CodecError("a malformed callback")
            if not all(type(key) is str for key in kwargs):
                raise CodecError("a malformed callback")
            shared.apply(decoder, changes)
            self._exports.find(number)
        except _HOSTILE as error:
            self.end("broke the protocol", error)
        wider = shared.with_more(decoder.containers)
        self._nesting += 1
        try:
            if self._nesting > MAX_NESTING:
                raise RecursionError("callbacks are nested too deeply")
            kind, value = "cbret", self._exports.perform(number, operation, names, args, kwargs)
            if type(value) is types.CoroutineType:
                value = self._run_coroutine(value)
        except CandidateGone:
            raise
        except BaseException as error:  # noqa: BLE001  whatever the tests' callback raises passes through
            kind, value = "cbexc", error
        finally:
            self._nesting -= 1
        self._reply(kind, value, wider)

    def _run_coroutine(self, coroutine: Any) -> Any:
        held, self._lock = self._lock, threading.RLock()  # this thread waits: the other may ask meanwhile
        try:
            return run_in_thread(coroutine)
        finally:
            self._lock = held

    def _reply(self, kind: str, value: Any, shared: Shared) -> None:
        encoder = Encoder(self._objects.encode, shared.known())
        try:
            if kind == "cbexc":
                tree = self._objects.encode_exception(value, encoder)
            else:
                tree = encoder.encode(value)
            data = dump([kind, tree, shared.changes(encoder)])
        except (CodecError, TypeError) as error:
            refusal = TypeError(f"the tests' answer cannot be carried: {error}")
            data = dump(["cbexc", self._objects.encode_exception(refusal, Encoder()), []])
        self._send(data)

    def _send(self, data: bytes) -> None:
        try:
            send(self._descriptor, data)
        except LinkBroken as error:
            self.end(str(error), error)

    def _receive(self) -> Tree:
        try:
            data = self._reader.read()
        except LinkBroken as error:
            self.end(str(error), error)
        try:
            envelope = load(data)
            if type(envelope) is not list or len(envelope) != 2:
                raise CodecError("a malformed envelope")
            message, said = envelope
            if type(message) is not list or len(message) not in (5, 7) or type(message[0]) is not str:
                raise CodecError("a malformed message")
        except _HOSTILE as error:
            self.end("broke the protocol", error)
        if said:
            self._output.show(said)
        return message

    def end(self, how: str, cause: BaseException | None = None) -> NoReturn:
        """Have no more to do with the candidate's process.

        Args:
            how: What it did, as the rest of a sentence about it.
            cause: What showed it.

        Raises:
            CandidateGone: always.
        """
        self.gone = self.gone or f"the candidate's process {how}"
        raise CandidateGone(self.gone) from cause
