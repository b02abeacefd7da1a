"""The model and the scanners of ``/v1/completions``, opened when they are first asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

from verifiers.errors import InvalidInput, ToolFailed

if TYPE_CHECKING:  # the model's client takes a second to import
    from agent.filling import Filler


class LazyFiller:
    """Opens a filler once, at its first use: most servers are never asked for one.

    Args:
        open_filler: Opens it; may take seconds.
    """

    def __init__(self, open_filler: Callable[[], AbstractContextManager[Filler]]) -> None:
        self._open = open_filler
        self._lock = asyncio.Lock()
        self._stack = ExitStack()
        self._filler: Filler | None = None

    async def get(self) -> Filler:
        """The filler.

        Raises:
            ToolError: it cannot be had; the next call tries again.
        """
        async with self._lock:
            if self._filler is None:
                try:
                    opened = self._open()
                    self._filler = await asyncio.to_thread(self._stack.enter_context, opened)
                except InvalidInput as error:  # of the server's settings, and not of the client's request
                    raise ToolFailed(f"The server's model cannot be used: {error}") from error
            return self._filler

    def close(self) -> None:
        """Close the filler, if it was opened; idempotent."""
        self._stack.close()
