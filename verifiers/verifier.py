"""What a verifier is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol, runtime_checkable

from verifiers.domain import Candidate, CodingTask, Finding, Verdict


class Stage(IntEnum):
    """When a verifier runs; a candidate that fails one stage does not reach the next."""

    SCREEN = 1  # milliseconds: does it parse, does it compile
    RUN = 2  # the tests
    SCAN = 3  # static analysis
    DEEP_SCAN = 4  # symbolic execution and the like: seconds to minutes


class Verifier(Protocol):
    """One way of finding out whether a candidate is good. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """The registry name, for example ``python-tests``."""
        ...

    @property
    def stage(self) -> Stage:
        """When it runs."""
        ...

    def applies_to(self, task: CodingTask) -> bool:
        """Whether this verifier must pass for this task."""
        ...

    def verify(self, task: CodingTask, candidate: Candidate, seconds: float) -> Verdict:
        """Judge one candidate.

        Args:
            task: What was asked for.
            candidate: What is to be judged; hostile.
            seconds: Wall-clock seconds that it may take. Running out of them is ``incomplete`` for an
                analysis, and ``failed`` only where the candidate's own code did not end in time.

        Raises:
            ToolError: the tool is missing or broken; never a word about the candidate.
        """
        ...


@runtime_checkable
class Remembering(Protocol):
    """A verifier that also holds a candidate to what was shown on earlier answers to the same task."""

    def verify_after(
        self, task: CodingTask, candidate: Candidate, seconds: float, earlier: Sequence[Finding]
    ) -> Verdict:
        """Judge one candidate as :meth:`Verifier.verify` does, and by what is known from before.

        Args:
            task: What was asked for.
            candidate: What is to be judged; hostile.
            seconds: Wall-clock seconds that it may take.
            earlier: Findings on earlier candidates that an attack confirmed, the newest last.

        Raises:
            ToolError: as for :meth:`Verifier.verify`.
        """
        ...
