"""Where the worker process reads the environment and gets its solver."""

from __future__ import annotations

from agent.settings import AgentSettings
from agent.wiring import build_solver as build_agent_solver
from worker.runner import JobSolver


def build_solver() -> JobSolver:
    """A solver by the ``ACRISOL_*`` variables of this process.

    Raises:
        ToolError: something that every task needs is missing.
    """
    return build_agent_solver(AgentSettings())
