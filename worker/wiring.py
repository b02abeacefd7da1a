"""Where the worker process reads the environment and gets its solver and its auditor."""

from __future__ import annotations

from agent import auditor
from agent.settings import AgentSettings
from agent.wiring import build_agent
from worker.runner import JobAuditor, JobSolver
from worker.settings import WorkerSettings


def build_solver() -> JobSolver:
    """An agent by the ``ACRISOL_*`` variables of this process.

    Raises:
        InvalidInput: a setting is wrong.
        ToolError: the model or a sandbox cannot be had.
    """
    return build_agent(AgentSettings(), WorkerSettings().checkpoints)


def build_auditor() -> JobAuditor:
    """An auditor by the ``ACRISOL_*`` variables of this process; it opens no model.

    Raises:
        InvalidInput: a setting is wrong.
        ToolError: a sandbox cannot be had.
    """
    return auditor.build_auditor(AgentSettings())
