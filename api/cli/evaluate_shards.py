"""Sharding an evaluation over Celery workers that share a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

from api.cli.evaluate_run import bar, carry_out, settings_of
from models.evaluation.plan import Plan
from models.evaluation.results import GENERATIONS, MANIFEST, RESULTS, Result
from models.evaluation.run import Progress, shard_of
from models.evaluation.shards import merge
from models.evaluation.suites import read_suite
from models.select import EMBEDDED, NO_ADAPTER
from models.wire import parse_base_url
from verifiers.errors import InvalidInput, ToolFailed
from verifiers.validation import invalid_input
from worker.app import App, build_app
from worker.evaluation import DONE, FAILED, enqueue, register, work
from worker.settings import WorkerSettings

_LOOK_S = 2.0


def run_shards(console: Console, plan: Plan, shards: int) -> None:
    """Queue the shards of a plan, wait for them and merge them.

    Raises:
        InvalidInput: the plan is wrong or the folder is taken.
        BrokerUnavailable: there is no queue.
        ToolFailed: a shard could not be worked on to its end.
    """
    if plan.shard:
        raise InvalidInput("shard", "is given beside --shards.", "Use one of them.")
    if (plan.out / MANIFEST).exists():
        raise InvalidInput(
            "out",
            f"{plan.out} holds a run already.",
            f"Name a new folder; or, for the numbers of that run: acrisol evaluate report {plan.out}",
        )
    app = _app()
    problems = read_suite(plan.suite, split=plan.split, data=plan.data)[: plan.limit]
    plans = [part_of(plan, place, shards) for place in range(1, shards + 1)]
    sizes = [len(shard_of(problems, each.shard)) for each in plans]
    for each in plans:
        for note in (FAILED, DONE):
            (each.out / note).unlink(missing_ok=True)
    enqueue(app, plans)
    total = sum(sizes) * plan.samples
    seen = [Seen(each.out) for each in plans]
    with bar(console, plan.out) as on_progress:
        while not _all_done(plans, seen, total, on_progress):
            time.sleep(_LOOK_S)
    merge(plan.out, [each.out for each in plans])


def work_on_shards(folder: Path, concurrency: int) -> None:
    """Work on queued shards below a folder until the process is told to end.

    Raises:
        InvalidInput: there is no such folder, or no queue is named.
    """
    if not folder.is_dir():
        raise InvalidInput("folder", f"{folder} is not a folder.", "Name the one that all machines share.")
    app = _app()
    register(app, folder, lambda plan: carry_out(plan, lambda progress: None))
    work(app, concurrency)


def part_of(plan: Plan, place: int, of: int) -> Plan:
    """A shard of the plan, for a worker that may stand in another folder and have other settings.

    Its paths are whole, and the model is the one that is meant here.

    Args:
        plan: The whole.
        place: The shard, from 1.
        of: How many there are.

    Raises:
        InvalidInput: the model's address is none, or holds a password, which a plan may not.
    """
    updates: dict[str, object] = {
        name: path.resolve() for name in ("data", "generations") if (path := getattr(plan, name))
    }
    if Path(plan.suite).is_file():
        updates["suite"] = str(Path(plan.suite).resolve())
    if plan.generations is None:
        settings = settings_of(plan)
        model = settings.model.strip()
        if model.lower().startswith(("http://", "https://")):
            parse_base_url(model)
        updates |= {"model": _whole(model), "model_name": settings.model_name}
        updates["adapter"] = settings.adapter and _whole(settings.adapter.strip())
    out = plan.out.resolve() / f"shard-{place}-of-{of}"
    return plan.model_copy(update={**updates, "out": out, "shard": f"{place}/{of}"})


def _whole(name: str) -> str:
    """A path as others find it; anything that is no path here stays as it is."""
    path = os.path.expanduser(name)
    is_path = name not in (EMBEDDED, NO_ADAPTER) and os.path.exists(path)
    return os.path.abspath(path) if is_path else name


class Seen:
    """What there is of a shard; each line of its files is read once.

    Args:
        folder: The shard's.

    Attributes:
        drawn: Answers that are there.
        judged: Of them, those that are judged.
        passed: Of them, those whose tests passed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = {GENERATIONS: 0, RESULTS: 0}  # bytes
        self._passed: dict[tuple[str, int], bool] = {}
        self.drawn = 0

    @property
    def judged(self) -> int:
        return len(self._passed)

    @property
    def passed(self) -> int:
        return sum(self._passed.values())

    def look(self) -> None:
        """Read what has come since.

        Raises:
            InvalidInput: a line is damaged.
        """
        self.drawn += sum(1 for _ in self._new(GENERATIONS))
        for line in self._new(RESULTS):
            try:
                result = Result.model_validate_json(line)
            except ValidationError as error:
                raise invalid_input(error, str(self._folder / RESULTS)) from error
            self._passed[result.problem, result.sample] = result.passed

    def _new(self, name: str) -> Iterator[bytes]:
        path = self._folder / name
        if not path.exists():
            return
        with path.open("rb") as file:
            file.seek(self._read[name])
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read[name] += len(line)
                yield line


def _all_done(
    plans: Sequence[Plan], seen: Sequence[Seen], total: int, on_progress: Callable[[Progress], None]
) -> bool:
    for plan, each in zip(plans, seen, strict=True):
        failed = plan.out / FAILED
        if failed.exists():
            raise ToolFailed(f"The shard {plan.shard} failed: {failed.read_text(encoding='utf-8')}")
        each.look()
    drawn = sum(each.drawn for each in seen)
    on_progress(
        Progress(
            drawn,
            sum(each.judged for each in seen),
            sum(each.passed for each in seen),
            max(total, drawn),  # of recorded answers there may be more than the plan says
        )
    )
    return all((plan.out / DONE).exists() for plan in plans)


def _app() -> App:
    url = WorkerSettings().redis_url
    if url is None:
        raise InvalidInput("shards", "need a queue.", "Set REDIS_URL to a Redis that all workers reach.")
    return build_app(url)
