"""The candidate's end of the link. Nothing here is trusted: the candidate's code runs in this process."""

from __future__ import annotations

import copy
import importlib
import io
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from typing import Any

from .codec import SCALARS, CodecError, Decoder, Encoder, Tree
from .frames import FrameReader, LinkBroken, send
from .guest_objects import GuestObjects, copy_of, value_base
from .guest_proxies import Proxies
from .memory import keep_freed_memory
from .sharing import Shared
from .wire import dump, load

CODEC_FRAMES = 4000  # stack frames that writing and reading values may take beyond the candidate's own limit
MAX_SAID = 100_000
SLICE_S = 0.005  # seconds that the candidate's event loop runs before the judge's gets a turn


_NONE = Shared([])  # what both sides hold in a call whose arguments are no containers
_SHORT = frozenset((type(None), bool, int, float))


def _is_flat(trees: list[Tree]) -> bool:
    """Whether a call has nothing but scalars among its arguments, and no keywords."""
    return len(trees) == 2 and SCALARS.issuperset(map(type, trees[1]))


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
        self._loop: Any = None
        self._tasks: dict[int, Any] = {}

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
                self._request(load(self._reader.read()))
            except LinkBroken:
                return

    def _request(self, message: Tree, nested: bool = False) -> None:
        sequence, operation, dropped, names, trees = message
        if not (nested or dropped) and operation == "call" and _is_flat(trees):
            self._turn.release()
            self._perform(
                sequence, operation, names, [self._objects.decode(trees[0]), (*trees[1][1:],)], _NONE
            )
            return
        outer = self._shared
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(limit + CODEC_FRAMES)
        try:
            if dropped:
                self._objects.drop(dropped)
            decoder = Decoder(self._objects.decode)
            values = [decoder.decode(tree) for tree in trees]
            shared = self._shared = Shared(decoder.containers)
            shared.look()
        finally:
            sys.setrecursionlimit(limit)
        self._turn.release()
        try:
            self._perform(sequence, operation, names, values, shared)
        finally:
            self._shared = outer

    def _perform(
        self, sequence: int, operation: str, names: list[Any], values: list[Any], shared: Shared
    ) -> None:
        try:
            value = getattr(self, "_do_" + operation)(names, *values)
        except BaseException as error:  # noqa: BLE001  it is raised again in the judge's process
            self._turn.acquire()
            self._answer("exc", sequence, error, shared)
        else:
            self._turn.acquire()
            if shared is _NONE and type(value) in _SHORT:
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
                message = load(self._reader.read())
                if message[0] in ("cbret", "cbexc"):
                    decoder = Decoder(self._objects.decode, wider.table)
                    value = decoder.decode(message[1])
                    wider.apply(decoder, message[2])
                    break
                self._request(message, nested=True)
        if message[0] == "cbexc":
            raise value
        return value

    def _warn(self, message: Any, category: type, *rest: Any) -> None:
        self._said.append(["warning", category.__name__, str(message)[:1000]])

    # The operations

    def _do_import(self, names: list[Any]) -> Any:
        module = importlib.import_module(names[0])
        public = getattr(module, "__all__", None)
        if public is None:
            public = [name for name in vars(module) if not name.startswith("_")]
        number = self._objects.number(module)
        return (
            number,
            [str(name) for name in public],
            str(module.__doc__ or ""),
            hasattr(module, "__path__"),
        )

    def _do_call(
        self, names: list[Any], target: Any, args: tuple[Any, ...], kwargs: dict[str, Any] | None = None
    ) -> Any:
        return target(*args, **kwargs) if kwargs else target(*args)

    def _do_get(self, names: list[Any], target: Any) -> Any:
        return getattr(target, names[0])

    def _do_set(self, names: list[Any], target: Any, value: Any) -> None:
        setattr(target, names[0], value)

    def _do_del(self, names: list[Any], target: Any) -> None:
        delattr(target, names[0])

    def _do_special(self, names: list[Any], target: Any, args: tuple[Any, ...]) -> Any:
        shortcuts: dict[str, Callable[..., Any]] = {
            "__iter__": iter, "__next__": next, "__hash__": hash,
            "__contains__": lambda value, item: item in value,
            "__class_getitem__": lambda value, item: value[item], "__dir__": dir,
        }  # fmt: skip
        shortcut = shortcuts.get(names[0])
        if shortcut is not None:
            return shortcut(target, *args)
        return getattr(type(target), names[0])(target, *args)

    def _do_many(self, names: list[Any], target: Any, values: list[Any]) -> list[Any]:
        return [self._do_special(names, target, (value,)) for value in values]

    def _do_copy_of(self, names: list[Any], target: Any) -> Any:
        return copy_of(target, value_base(type(target)))

    def _do_copy(self, names: list[Any], target: Any) -> Any:
        return copy.deepcopy(target) if names[0] else copy.copy(target)

    def _do_dir(self, names: list[Any], target: Any) -> list[str]:
        return dir(target)

    def _do_signature(self, names: list[Any], target: Any) -> list[Any]:
        import inspect

        empty = inspect.Parameter.empty
        return [
            (one.name, int(one.kind), one.default is not empty, None if one.default is empty else one.default)
            for one in inspect.signature(target).parameters.values()
        ]

    def _do_spawn(self, names: list[Any], target: Any) -> None:
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)

        async def whole() -> Any:
            return await target

        self._tasks[id(target)] = self._loop.create_task(whole())

    def _do_poll(self, names: list[Any], target: Any) -> tuple[bool, Any]:
        import asyncio

        task = self._tasks[id(target)]
        self._loop.run_until_complete(asyncio.wait({task}, timeout=SLICE_S))
        if not task.done():
            return False, None
        del self._tasks[id(target)]
        return True, task.result()

    def _do_cancel(self, names: list[Any], target: Any) -> None:
        task = self._tasks.pop(id(target), None)
        if task is not None:
            task.cancel()
            self._loop.run_until_complete(_settled(task))

    def _do_seed(self, names: list[Any], value: Any) -> None:
        import random

        random.seed(value)

    def _do_bye(self, names: list[Any]) -> str:
        return "bye"


async def _settled(task: Any) -> None:
    import asyncio

    await asyncio.wait({task}, timeout=SLICE_S)


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
