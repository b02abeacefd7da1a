"""Where the worker process reads the environment and gets its solver."""

from __future__ import annotations

from agent.settings import AgentSettings
from agent.wiring import build_agent
from worker.runner import JobSolver

CHECKPOINTS = "checkpoints.db"  # beside the default database; holds unfinished tasks only


def build_solver() -> JobSolver:
    """An agent by the ``ACRISOL_*`` variables of this process.

    Raises:
        InvalidInput: a setting is wrong.
        ToolError: the model or a sandbox cannot be had.
    """
    settings = AgentSettings()
    return build_agent(settings, settings.home.expanduser() / CHECKPOINTS)
