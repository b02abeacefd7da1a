"""From settings to a working agent: the one place that decides which parts are used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.sampling import Schedule
from agent.settings import AgentSettings
from agent.solver import Solver
from agent.verifier_wiring import chosen_sandbox, environments, solidity_toolchain
from models.chat import ChatModel
from models.select import is_small, open_model
from verifiers.domain import CodingTask, Event, Outcome
from verifiers.receipt import Signer
from verifiers.registry import build_verifiers, check_task
from verifiers.sandbox.protocol import Sandbox
from verifiers.version import acrisol_version

MAX_TOKENS = 2_048
SMALL_MAX_TOKENS = 256


class Agent:
    """A model, its verifiers and the loop between them; signs what it did. Safe to call from several threads.

    Args:
        model: Writes the code.
        sandbox: Where the verifiers run things.
        solver: The loop.
        signer: Signs receipts.
    """

    def __init__(self, model: ChatModel, sandbox: Sandbox, solver: Solver, signer: Signer) -> None:
        self.model = model
        self.sandbox = sandbox
        self._solver = solver
        self._signer = signer

    def solve(
        self,
        task: CodingTask,
        *,
        task_id: str | None = None,
        on_event: Callable[[Event], None] = lambda event: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Solve a task and sign the outcome; see :meth:`agent.solver.Solver.solve`.

        Raises:
            InvalidInput: the task cannot be worked on as it is.
            ToolError: a tool, the model or the checkpoint file is missing or broken.
        """
        check_task(task)
        outcome = self._solver.solve(task, task_id=task_id, on_event=on_event, should_stop=should_stop)
        receipt = self._signer.sign(task, outcome, acrisol_version())
        return outcome.model_copy(update={"receipt": receipt})

    def forget(self, task_id: str) -> None:
        """Drop a task's checkpoints, once its outcome is stored elsewhere; unknown ids are fine.

        Raises:
            CheckpointFailed: the checkpoint file cannot be written.
        """
        self._solver.forget(task_id)

    def close(self) -> None:
        """Stop the model and the sandbox; idempotent."""
        with ExitStack() as stack:
            stack.callback(self.sandbox.close)
            stack.callback(self.model.close)
            stack.callback(self._solver.close)

    def __enter__(self) -> Agent:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def build_agent(settings: AgentSettings, checkpoint_path: Path | str | None = None) -> Agent:
    """An agent by its settings.

    Args:
        settings: The settings.
        checkpoint_path: Where unfinished tasks are kept between processes: an SQLite file or a Postgres
            database's URL; None keeps nothing.

    Raises:
        InvalidInput: a setting is wrong.
        ToolError: the model or a sandbox cannot be had.
    """
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    model = open_model(settings.model, settings.model_name, key, settings.adapter)
    toolchain = solidity_toolchain(settings)
    sandbox = chosen_sandbox(settings, environments(settings, toolchain))
    small = is_small(settings.model)
    max_tokens = settings.max_tokens or (SMALL_MAX_TOKENS if small else MAX_TOKENS)
    solver = Solver(
        model,
        build_verifiers(sandbox, toolchain, settings.packages),
        schedule=Schedule(max_tokens=max_tokens),
        limits=SMALL_CONTEXT if small else PromptLimits(),
        threads=settings.workers,
        checkpoint_path=checkpoint_path,
    )
    signer = Signer.from_file(settings.home.expanduser() / "receipt-key.pem")
    return Agent(model, sandbox, solver, signer)
