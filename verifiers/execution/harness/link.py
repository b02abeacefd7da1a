"""The judge's end of the link, as the stand-ins and the runners see it."""

from __future__ import annotations

from typing import Any

from . import standin
from .conversation import Conversation
from .exports import Exports
from .frames import FrameReader


class Link:
    """What can be asked of one candidate.

    Args:
        reader: Where its answers come from.
        descriptor: Where it reads; the pipe leads to nobody else.
        exports: What the tests give to the candidate.
    """

    def __init__(self, reader: FrameReader, descriptor: int, exports: Exports) -> None:
        self._conversation = Conversation(reader, descriptor, exports, self)
        self._notes: list[str] = []
        self.request = self._conversation.request

    @property
    def gone(self) -> str | None:
        """Why the candidate's process is not there any more."""
        return self._conversation.gone

    @property
    def asked(self) -> int:
        """How often anything was asked of the candidate."""
        return self._conversation.asked

    @property
    def used(self) -> bool:
        """Whether the tests ever asked for more than to import the candidate's modules."""
        return self._conversation.used

    # What stand-ins ask

    def call(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """``target(*args, **kwargs)``."""
        __tracebackhide__ = True
        callee = object.__getattribute__(target, "_acrisol_id")
        if kwargs:
            return self.request("call", [], [args, kwargs], ["H", callee])
        return self._conversation.call(callee, args)

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
            self._conversation.end("broke the protocol")
        return list(answers)

    def refresh(self, target: Any) -> None:
        """Bring a mutable copy up to date."""
        base = type(target)._acrisol_base
        copy = self.request("copy_of", [], [target])
        if type(copy) is not base:
            self._conversation.end("broke the protocol")
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
        with self._conversation.importing():
            return self.request("import", [name], [])

    async def drive(self, coroutine: Any) -> Any:
        """Run one coroutine of the candidate's in its own event loop, a slice at a time."""
        import asyncio

        self.request("spawn", [], [coroutine])
        try:
            while True:
                answer = self.request("poll", [], [coroutine])
                if type(answer) is not tuple or len(answer) != 2:
                    self._conversation.end("broke the protocol")
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
            self._conversation.end("broke the protocol")
