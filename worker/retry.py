"""How often a job is tried again, and after how long."""

from __future__ import annotations

from pydantic import Field

from verifiers.domain import Value


class RetryPolicy(Value):
    """When to give up on a job.

    Attributes:
        tool_failures: Runs that a broken tool may end before the job is given up.
        worker_deaths: Workers that may die while running the job before it is given up as poison.
        first_delay_s: Seconds to wait after the first tool failure; each further one doubles it.
        longest_delay_s: The longest wait, in seconds.
    """

    tool_failures: int = Field(default=4, ge=1)
    worker_deaths: int = Field(default=5, ge=1)
    first_delay_s: float = Field(default=2.0, ge=0, allow_inf_nan=False)
    longest_delay_s: float = Field(default=60.0, ge=0, le=120.0)

    def delay_s(self, failures: int) -> float:
        """Seconds to wait after the ``failures``-th tool failure, counted from 1."""
        doublings = min(failures - 1, 32)  # keeps the power finite
        return float(min(self.first_delay_s * 2**doublings, self.longest_delay_s))
