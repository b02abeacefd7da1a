"""Carrying out an evaluation: here agent, model and verifiers are put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console

from agent.examiner import open_examiner
from agent.prompts import SMALL_CONTEXT, PromptLimits
from agent.settings import AgentSettings
from agent.wiring import Agent, build_agent
from api.cli.bar import Bar
from api.cli.inputs import settings_from
from models.chat import ChatModel
from models.embedded import EmbeddedModel
from models.evaluation.generations import read_generations
from models.evaluation.plan import Plan, Ready, prepared, with_recorded
from models.evaluation.run import Progress, run
from models.evaluation.sources import Recorded, Sampled, Solve, Solved, Source
from models.examining import Examiner
from models.local_checkpoint import LocalCheckpointModel
from models.openai_compatible import OpenAICompatibleModel
from models.select import is_small, open_model
from verifiers.domain import CodingTask, Outcome

_SECONDS = 600.0  # of a task in the loop
_LIST_S = 30.0  # that a server may take to say what it serves


def carry_out(plan: Plan, on_progress: Callable[[Progress], None]) -> Ready:
    """Run a plan, or go on with it.

    Raises:
        InvalidInput: the plan is wrong, or its folder holds another run.
        ToolError: the model or a sandbox cannot be had; what was done is kept.
    """
    settings = settings_of(plan)
    with ExitStack() as stack:
        limits = SMALL_CONTEXT if is_small(settings.model) else PromptLimits()
        examiner: Examiner = stack.enter_context(open_examiner(settings, limits))
        source: Source
        if plan.generations is not None:
            ready = prepared(plan, plan.generations.name)
            source = recorded = Recorded(read_generations(plan.generations, ready.every))
            ready, numbers = with_recorded(ready, recorded)
        else:
            model, source = _asked(plan, settings, examiner, stack)
            ready = prepared(plan, _name_of(model), _identity_of(model))
            numbers = {problem.id: list(range(1, plan.samples + 1)) for problem in ready.mine}
        run(
            plan.out,
            ready.manifest,
            ready.mine,
            numbers,
            source,
            examiner,
            clients=plan.clients,
            judges=plan.judges,
            on_progress=on_progress,
        )
        return ready


def settings_of(plan: Plan) -> AgentSettings:
    """The agent's settings, with what the plan says put over them."""
    return settings_from(
        model=plan.model,
        model_name=plan.model_name,
        adapter=plan.adapter,
        max_tokens=plan.sampling.max_tokens if plan.mode == "loop" else None,
    )


def _asked(
    plan: Plan, settings: AgentSettings, examiner: Examiner, stack: ExitStack
) -> tuple[ChatModel, Source]:
    """The model, and what asks it."""
    if plan.mode == "loop":
        agent = stack.enter_context(build_agent(settings))
        return agent.model, Solved(_loop(agent, plan))
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else None
    model = open_model(settings.model, settings.model_name, key, settings.adapter)
    stack.callback(model.close)
    return model, Sampled(model, examiner.ask, plan.sampling, samples=plan.samples)


def _name_of(model: ChatModel) -> str:
    """The model's name; where none was given, the first that the server lists, since that one answers."""
    if isinstance(model, OpenAICompatibleModel) and not model.knows_name:
        return next(iter(model.list_models(_LIST_S)), model.name)
    return model.name


def _identity_of(model: ChatModel) -> dict[str, str]:
    """What tells local weights from others of the same name: a run must not go on with those."""
    if isinstance(model, EmbeddedModel):
        return {"weights": model.file_digest, "adapter": model.adapter_digest}
    return {"checkpoint": model.endpoint} if isinstance(model, LocalCheckpointModel) else {}


def _loop(agent: Agent, plan: Plan) -> Solve:
    def solve(task: CodingTask, number: int) -> Outcome:
        # The loop draws its seeds from the task: a thousandth of a second makes each sample another task.
        budget = {
            "attempts": plan.attempts,
            "samples": plan.round_samples,
            "seconds": _SECONDS + number / 1000,
        }
        return agent.solve(task.model_copy(update={"budget": task.budget.model_copy(update=budget)}))

    return solve


@contextmanager
def bar(console: Console, folder: Path) -> Iterator[Callable[[Progress], None]]:
    """A progress bar: answers that are there, judged and passed."""
    with Bar(console) as shown:
        yield lambda at: shown.show(
            folder.name, at.judged, at.total, f"judged, {at.drawn} drawn, {at.passed} passed"
        )
