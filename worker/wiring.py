"""Where the worker process reads the environment and gets its solver."""

from __future__ import annotations

from agent.settings import AgentSettings
from agent.wiring import build_agent
from worker.runner import JobSolver

CHECKPOINTS = "checkpoints.sqlite3"


def build_solver() -> JobSolver:
    """A solver by the ``ACRISOL_*`` variables of this process.

    Raises:
        ToolError: something that every task needs is missing.
    """
    settings = AgentSettings()
    return build_agent(settings, settings.home.expanduser() / CHECKPOINTS)
