"""The candidate's end of the link. Nothing here is trusted: the candidate's code runs in this process."""

from __future__ import annotations

import io
import os
import sys
import threading
import traceback
import warnings
from typing import Any

from .codec import CodecError, Decoder, Encoder, Tree
from .frames import FrameReader, LinkBroken, send
from .guest_objects import GuestObjects
from .guest_operations import Operations
from .guest_proxies import Proxies
from .kinds import SCALARS
from .memory import keep_freed_memory
from .plain import MARK as PLAIN_CALL
from .plain import containers_of, read_call
from .sharing import Shared
from .wire import dump, load

CODEC_FRAMES = 4000  # stack frames that writing and reading values may take beyond the candidate's own limit
MAX_SAID = 100_000


_MAX_SHORT = 1000  # characters of a text that nobody needs to look at twice


class _Sink(io.RawIOBase):
    """Collects what is printed until the next message takes it along."""

    def __init__(self, said: list[list[str]], stream: str) -> None:
        self._said = said
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        text = bytes(data).decode("utf-8", "replace")
        if sum(len(entry[2]) for entry in self._said[-50:]) < MAX_SAID and len(self._said) < 1000:
            self._said.append([self._stream, "", text[:MAX_SAID]])
        return len(data)


class Guest:
    """Serves the judge's requests.

    Args:
        read: File descriptor of the judge's requests.
        write: File descriptor for the answers.
        root: Folder that holds the candidate's files, absolute.
    """

    def __init__(self, read: int, write: int, root: str) -> None:
        self._reader = FrameReader(read)
        self._write = write
        self._root = root
        self._said: list[list[str]] = []
        self._turn = threading.Lock()  # whoever holds it may use the link
        self._shared = Shared([])
        self._proxies = Proxies(self._ask)
        self._objects = GuestObjects(self._proxies)
        self._operations = Operations(self._objects)

    def capture(self) -> None:
        """Collect prints and warnings instead of letting them go to the descriptors."""
        sys.stdin = io.TextIOWrapper(io.BytesIO(b""), encoding="utf-8")
        for name, stream in (("stdout", "out"), ("stderr", "err")):
            sink: Any = _Sink(self._said, stream)
            setattr(sys, name, io.TextIOWrapper(sink, encoding="utf-8", write_through=True))
        warnings.simplefilter("always")
        warnings.showwarning = self._warn  # type: ignore[assignment]

    def serve(self) -> None:
        """Answer requests until the judge is gone."""
        self._turn.acquire()
        while True:
            try:
                self._request(self._reader.read())
            except LinkBroken:
                return

    def _request(self, data: bytes | bytearray) -> None:
        outer = self._shared
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + CODEC_FRAMES)
        try:
            sequence, operation, names, values, containers = self._read(data)
            shared = self._shared = Shared(containers)
            shared.look()
        finally:
            sys.setrecursionlimit(limit)
        self._turn.release()
        try:
            self._perform(sequence, operation, names, values, shared)
        finally:
            self._shared = outer

    def _read(self, data: bytes | bytearray) -> tuple[int, str, list[Any], list[Any], list[Any]]:
        if data[:1] == PLAIN_CALL:
            sequence, callee, args = read_call(data)
            return sequence, "call", [], [self._objects.find(callee), args], containers_of(args) or []
        sequence, operation, dropped, names, trees = load(data)
        if dropped:
            self._objects.drop(dropped)
        decoder = Decoder(self._objects.decode)
        values = [decoder.decode(tree) for tree in trees]
        return sequence, operation, names, values, decoder.containers

    def _perform(
        self, sequence: int, operation: str, names: list[Any], values: list[Any], shared: Shared
    ) -> None:
        try:
            value = self._operations.perform(operation, names, values)
        except BaseException as error:  # noqa: BLE001  it is raised again in the judge's process
            self._turn.acquire()
            self._answer("exc", sequence, error, shared)
        else:
            self._turn.acquire()
            short = type(value) in SCALARS and (type(value) is not str or len(value) < _MAX_SHORT)
            if short and shared.is_unchanged():
                self._send(["ret", sequence, value, [], None])
            else:
                self._answer("ret", sequence, value, shared)

    def _answer(self, kind: str, sequence: int, value: Any, shared: Shared) -> None:
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + CODEC_FRAMES)
        try:
            encoder = Encoder(self._objects.encode, shared.known())
            if kind == "exc":
                tree = self._objects.encode_exception(value, encoder)
                extra: Tree = [self._causes(value, encoder), self._where(value)]
            else:
                tree, extra = encoder.encode(value), None
            self._send([kind, sequence, tree, shared.changes(encoder), extra])
        except (CodecError, RecursionError, MemoryError) as error:
            self._objects.message_sent(False)
            refusal = ["x", "TypeError", ["t", f"the answer cannot be carried: {error}"]]
            self._send(["exc", sequence, refusal, [], [[], ""]])
        finally:
            sys.setrecursionlimit(limit)

    def _causes(self, error: BaseException, encoder: Encoder) -> list[Tree]:
        causes: list[Tree] = []
        cause = error.__cause__
        while cause is not None and len(causes) < 5:
            causes.append(self._objects.encode_exception(cause, encoder))
            cause = cause.__cause__
        return causes

    def _where(self, error: BaseException) -> str:
        if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(self._root):
            return f"{os.path.relpath(error.filename, self._root)}:{error.lineno or 1}"
        for entry in reversed(traceback.extract_tb(error.__traceback__)):
            if entry.filename.startswith(self._root) and "/.acrisol/" not in entry.filename:
                return f"{os.path.relpath(entry.filename, self._root)}:{entry.lineno} in {entry.name}"
        return ""

    def _send(self, message: Tree) -> None:
        said = self._said and list(self._said)
        data = dump([message, said])
        if said:
            self._said[: len(said)] = []
        send(self._write, data)
        self._objects.message_sent(True)

    def _ask(
        self, number: int, operation: str, names: list[Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """One request to the judge; it may ask back before it answers."""
        with self._turn:
            shared = self._shared
            encoder = Encoder(self._objects.encode, shared.known())
            trees = [encoder.encode((*args,)), encoder.encode({**kwargs})]
            self._send(["cb", number, operation, names, *trees, shared.changes(encoder)])
            wider = shared.with_more(encoder.containers)
            while True:
                data = self._reader.read()
                message = load(data) if data[:1] != PLAIN_CALL else [""]
                if message[0] in ("cbret", "cbexc"):
                    decoder = Decoder(self._objects.decode, wider.table)
                    value = decoder.decode(message[1])
                    wider.apply(decoder, message[2])
                    break
                self._request(data)
        if message[0] == "cbexc":
            raise value
        return value

    def _warn(self, message: Any, category: type, *rest: Any) -> None:
        self._said.append(["warning", category.__name__, str(message)[:1000]])


def main(root: str) -> None:
    """Take the link's descriptors out of the candidate's way and serve.

    Args:
        root: Folder that holds the candidate's files, absolute.
    """
    read, write = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    keep_freed_memory()
    guest = Guest(read, write, root)
    guest.capture()
    sys.path.insert(0, root)
    sys.argv = ["solution.py"]
    guest.serve()
