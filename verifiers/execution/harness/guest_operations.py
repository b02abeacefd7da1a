"""What the judge can ask of the candidate's objects."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Callable
from typing import Any

from .guest_objects import GuestObjects, copy_of, value_base
from .processor import move_to

SLICE_S = 0.005  # seconds that the candidate's event loop runs before the judge's gets a turn


class Operations:
    """The operations by name; each takes plain details first, then its operands.

    Args:
        objects: The numbers of the candidate's objects.
    """

    def __init__(self, objects: GuestObjects) -> None:
        self._objects = objects
        self._loop: Any = None
        self._tasks: dict[int, Any] = {}

    def perform(self, operation: str, names: list[Any], values: list[Any]) -> Any:
        """Do one of them; raises whatever the candidate raises."""
        return getattr(self, "_do_" + operation)(names, *values)

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
        answers: list[Any] = []
        for value in values:
            try:
                answers.append(self._do_special(names, target, (value,)))
            except Exception:  # noqa: BLE001  the judge asks again for the one that it needs
                answers.append(...)
        return answers

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

    def _do_move(self, names: list[Any]) -> bool:
        return move_to(names[0])

    def _do_bye(self, names: list[Any]) -> str:
        return "bye"


async def _settled(task: Any) -> None:
    import asyncio

    await asyncio.wait({task}, timeout=SLICE_S)
