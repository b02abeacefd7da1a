"""What a task has spent and may still spend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from verifiers.domain import Budget, Usage

CHARS_PER_TOKEN = 3  # low for English and code, so that prompts are rather over- than underestimated
_FEWEST_TOKENS = 16  # a sample with less room than this cannot hold an answer
_LEAST_SHARE = 0.1  # of the budget's seconds
_LEAST_S = 1.0


@dataclass(frozen=True)
class Room:
    """What the next request may ask for: no samples at all where the tokens are used up."""

    samples: int
    max_tokens: int


def room_for(budget: Budget, usage: Usage, prompt_chars: int, max_tokens: int, samples: int) -> Room:
    """How many samples of which length still fit into the token budget.

    Args:
        budget: The task's.
        usage: Spent so far.
        prompt_chars: Length of the prompt; its tokens are estimated.
        max_tokens: Wanted for each sample.
        samples: Wanted.
    """
    left = budget.tokens - usage.total - prompt_chars // CHARS_PER_TOKEN
    length = min(max_tokens, left)
    if length < min(_FEWEST_TOKENS, max_tokens):
        return Room(samples=0, max_tokens=0)
    return Room(samples=max(1, min(samples, left // length)), max_tokens=length)


class Stopwatch:
    """Wall-clock seconds of a task over all processes that worked on it.

    Args:
        budget: The task's.
        clock: Seconds, monotonic.
    """

    def __init__(self, budget: Budget, clock: Callable[[], float]) -> None:
        self._budget = budget
        self._clock = clock
        self._before_s = 0.0
        self._start = clock()

    def add(self, seconds: float) -> None:
        """Count seconds that an earlier process spent."""
        self._before_s += seconds

    @property
    def spent_s(self) -> float:
        """Seconds spent so far."""
        return self._before_s + max(0.0, self._clock() - self._start)

    @property
    def left_s(self) -> float:
        """Seconds that are left; 0 and not less at the end."""
        return max(0.0, self._budget.seconds - self.spent_s)

    @property
    def is_over(self) -> bool:
        """Too little is left to start anything: a verifier that is cut short would blame the candidate."""
        return self.left_s < min(_LEAST_S, _LEAST_SHARE * self._budget.seconds)
