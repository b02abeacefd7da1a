"""What a suite may use, and what became of its run; for every language."""

from __future__ import annotations

from dataclasses import dataclass

from verifiers.domain import Value
from verifiers.execution.report import Report
from verifiers.sandbox.protocol import LinkedResult

STARTUP_S = 1.5  # wall-clock seconds left to the judge for noticing and reporting a time-out


class TestLimits(Value):
    """What a suite may use.

    CPU time is the limit that an honest candidate meets; the wall clock is several times that, so that a
    busy machine does not fail it.

    Attributes:
        cpu_s: CPU seconds of the candidate over the whole suite.
        wall_s: Wall-clock seconds of the whole run.
        memory_bytes: Memory of the candidate, and of the judge.
        pids: Processes and threads of the candidate.
        runs: How often tests are run at most, where they passed or failed on their own account, to find out
            whether they are flaky; 1 takes the first answer.
    """

    __test__ = False

    cpu_s: int = 10
    wall_s: float = 45.0
    memory_bytes: int = 512 * 2**20
    pids: int = 64
    runs: int = 2


@dataclass(frozen=True)
class Run:
    """What became of it.

    Attributes:
        report: What the judge reported.
        linked: Both ends; for a shared process, its end stands for both.
        wall_s: The wall-clock limit that applied, seconds.
    """

    report: Report
    linked: LinkedResult
    wall_s: float
