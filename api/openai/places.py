"""How many requests may wait for an answer at a time: each holds a connection and looks at the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from starlette.exceptions import HTTPException

from worker.access import Caller

_ADVICE = "Wait until some are answered, or send a batch."
_RETRY_AFTER = {"Retry-After": "5"}


class Places:
    """Places for waiting requests; used from the event loop's thread only.

    Args:
        most: Of all callers together. One key gets at most half of them, so that nobody can lock all others
            out.
        each: Of one key, where that is less.
        advice: What to do when there is none left.
    """

    def __init__(self, most: int, each: int | None = None, advice: str = _ADVICE) -> None:
        self._most = most
        self._each = each or max(1, most // 2)
        self._advice = advice
        self._taken: Counter[str] = Counter()

    def take(self, caller: Caller) -> Callable[[], None]:
        """Take a place; what comes back gives it free again, however often it is called.

        Raises:
            HTTPException: 429, there is none left.
        """
        name = caller.key_id or caller.tenant
        if self._taken[name] >= self._each or self._taken.total() >= self._most:
            raise HTTPException(
                429,
                f"Too many requests wait for an answer. {self._advice}",
                headers=_RETRY_AFTER,
            )
        self._taken[name] += 1
        left = [name]

        def give_free() -> None:
            if left:
                self._taken.subtract([left.pop()])
                self._taken += Counter()  # keeps what is more than nothing

        return give_free
