"""The judge's end of the link: asks the candidate's process, answers its callbacks, and notices its end."""

from __future__ import annotations

import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import standin
from .codec import CodecError, Decoder, Encoder, Tree
from .exceptions import CandidateExit, CandidateGone
from .exports import Exports
from .frames import FrameReader, LinkBroken, frame, write_all
from .hearing import CandidateOutput, run_in_thread
from .judge_objects import JudgeObjects
from .sharing import Shared
from .wire import dump, load

MAX_NESTING = 50  # callbacks within callbacks


class Link:
    """One conversation with one candidate.

    Args:
        reader: Where its answers come from.
        descriptor: Where it reads; the pipe leads to nobody else.
        exports: What the tests give to the candidate.
    """

    def __init__(self, reader: FrameReader, descriptor: int, exports: Exports) -> None:
        self.gone: str | None = None
        self.importing = 0
        self.asked = 0
        self._notes: list[str] = []
        self._reader = reader
        self._descriptor = descriptor
        self._exports = exports
        self._objects = JudgeObjects(self, exports)
        self._lock = threading.RLock()
        self._sequence = 0
        self._nesting = 0
        self._output = CandidateOutput()

    # What stand-ins ask

    def call(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """``target(*args, **kwargs)``."""
        __tracebackhide__ = True
        return self.request("call", [], [target, args, kwargs])

    def get(self, target: Any, name: str) -> Any:
        """``target.name``."""
        __tracebackhide__ = True
        return self.request("get", [name], [target])

    def set(self, target: Any, name: str, value: Any) -> None:
        """``target.name = value``."""
        __tracebackhide__ = True
        self.request("set", [name], [target, value])

    def delete(self, target: Any, name: str) -> None:
        """``del target.name``."""
        self.request("del", [name], [target])

    def special(self, target: Any, name: str, args: tuple[Any, ...]) -> Any:
        """``type(target).name(target, *args)``; NotImplemented comes back as such."""
        __tracebackhide__ = True
        return self.request("special", [name], [target, args])

    def special_many(self, target: Any, name: str, values: list[Any]) -> list[Any]:
        """The answers of a special method for each of several operands."""
        answers = self.request("many", [name], [target, values])
        if type(answers) is not list or len(answers) != len(values):
            self._break("broke the protocol")
        return list(answers)

    def refresh(self, target: Any) -> None:
        """Bring a mutable copy up to date."""
        base = type(target)._acrisol_base
        copy = self.request("copy_of", [], [target])
        if type(copy) is not base:
            self._break("broke the protocol")
        standin.replace(target, base, copy)

    def copy(self, target: Any, deep: bool) -> Any:
        """``copy.copy(target)`` or ``copy.deepcopy(target)``."""
        return self.request("copy", [deep], [target])

    def directory(self, target: Any) -> list[Any]:
        """``dir(target)``."""
        names = self.request("dir", [], [target])
        return names if type(names) is list else []

    def signature(self, target: Any) -> Any:
        """``inspect.signature(target)`` without annotations; defaults are shown as they are written."""
        import inspect

        parts = self.request("signature", [], [target])
        try:
            parameters = [
                inspect.Parameter(name, inspect._ParameterKind(kind),
                                  default=default if has_default else inspect.Parameter.empty)
                for name, kind, has_default, default in parts
            ]  # fmt: skip
            return inspect.Signature(parameters)
        except (TypeError, ValueError) as error:
            raise AttributeError("__signature__") from error

    def import_module(self, name: str) -> Any:
        """The number and public names of a module of the candidate's."""
        self.importing += 1
        try:
            return self.request("import", [name], [])
        finally:
            self.importing -= 1

    async def drive(self, coroutine: Any) -> Any:
        """Run one coroutine of the candidate's in its own event loop, a slice at a time."""
        import asyncio

        self.request("spawn", [], [coroutine])
        try:
            while True:
                answer = self.request("poll", [], [coroutine])
                if type(answer) is not tuple or len(answer) != 2:
                    self._break("broke the protocol")
                if answer[0] is True:
                    return answer[1]
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.request("cancel", [], [coroutine])
            raise

    # What the runners ask

    def seed(self, value: Any) -> None:
        """Seed the candidate's ``random`` too."""
        self.request("seed", [], [value])

    def note(self, text: str) -> None:
        """Keep a remark for the message of the test that is running."""
        if text not in self._notes and len(self._notes) < 20:
            self._notes.append(text)

    def take_notes(self) -> list[str]:
        """The remarks since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def farewell(self) -> None:
        """Make sure that the candidate's process is still there at the end.

        Raises:
            CandidateGone: it is not.
        """
        if self.request("bye", [], []) != "bye":
            self._break("broke the protocol")

    # The conversation

    def request(self, operation: str, names: list[Any], values: list[Any]) -> Any:
        """Ask, and serve callbacks until the answer is there.

        Raises:
            CandidateGone: the candidate's process is gone or no longer follows the protocol.
            TypeError: a value cannot be carried.
        """
        __tracebackhide__ = True
        if self.gone is not None:
            raise CandidateGone(self.gone)
        with self._lock:
            self.asked += 1
            encoder = Encoder(self._objects.encode)
            try:
                trees = [encoder.encode(value) for value in values]
                self._sequence += 1
                sequence = self._sequence
                dropped, self._objects.dropped = self._objects.dropped, []
                data = dump([sequence, operation, dropped, names, trees])
            except CodecError as error:
                raise TypeError(f"cannot be carried to the candidate's process: {error}") from error
            shared = Shared(encoder.containers)
            self._send(data)
            return self._answer(sequence, shared)

    def _answer(self, sequence: int, shared: Shared) -> Any:
        __tracebackhide__ = True
        while True:
            message = self._receive()
            if message[0] == "cb":
                self._callback(message, shared)
                continue
            with self._hostile():
                kind, number, tree, changes, extra = message
                if number != sequence or kind not in ("ret", "exc"):
                    raise CodecError("an answer to another question")
                decoder = Decoder(self._objects.decode, shared.table)
                value = decoder.decode(tree)
                shared.apply(decoder, changes)
                if kind == "exc":
                    value = self._as_exception(value, extra, decoder)
            if kind == "exc":
                raise value
            return value

    def _as_exception(self, value: Any, extra: Any, decoder: Decoder) -> BaseException:
        if not isinstance(value, BaseException):
            raise CodecError("raised something that is no exception")
        if value in self._objects.raised.values():
            return value
        if isinstance(value, SystemExit) and self.importing:
            value = CandidateExit("the candidate called sys.exit() while it was imported")
        chain, where = extra
        if type(where) is str and where:
            vars(value)["_acrisol_where"] = where[:500]
        return self._objects.with_cause(value, chain, decoder)

    def _callback(self, message: Tree, shared: Shared) -> None:
        with self._hostile():
            _, number, operation, names, args_tree, kwargs_tree, changes = message
            decoder = Decoder(self._objects.decode, shared.table)
            args, kwargs = decoder.decode(args_tree), decoder.decode(kwargs_tree)
            if type(args) is not tuple or type(kwargs) is not dict:
                raise CodecError("a malformed callback")
            if not all(type(key) is str for key in kwargs):
                raise CodecError("a malformed callback")
            shared.apply(decoder, changes)
            self._exports.find(number)
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
            write_all(self._descriptor, frame(data))
        except LinkBroken as error:
            self._break(str(error), error)

    def _receive(self) -> Tree:
        try:
            data = self._reader.read()
        except LinkBroken as error:
            self._break(str(error), error)
        with self._hostile():
            envelope = load(data)
            if type(envelope) is not list or len(envelope) != 2:
                raise CodecError("a malformed envelope")
            message, said = envelope
            if type(message) is not list or len(message) not in (5, 7) or type(message[0]) is not str:
                raise CodecError("a malformed message")
        self._output.show(said)
        return message

    @contextmanager
    def _hostile(self) -> Iterator[None]:
        try:
            yield
        except (CodecError, TypeError, ValueError, LookupError, AttributeError, RecursionError, MemoryError,
                OverflowError) as error:  # fmt: skip
            self._break("broke the protocol", error)

    def _break(self, how: str, cause: BaseException | None = None) -> Any:
        self.gone = self.gone or f"the candidate's process {how}"
        raise CandidateGone(self.gone) from cause
