"""Sharding an evaluation over Celery workers that share a folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from api.cli.evaluate_run import bar, carry_out
from models.evaluation.plan import Plan
from models.evaluation.results import GENERATIONS, MANIFEST, read_results
from models.evaluation.run import Progress, shard_of
from models.evaluation.shards import merge
from models.evaluation.suites import read_suite
from verifiers.errors import InvalidInput, ToolFailed
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
        raise InvalidInput("out", f"{plan.out} holds a run already.", "Name a new folder.")
    app = _app()
    problems = read_suite(plan.suite, split=plan.split, data=plan.data)[: plan.limit]
    shard_of(problems, f"1/{shards}")
    plans = [_part(plan, place, shards) for place in range(1, shards + 1)]
    for each in plans:
        for note in (FAILED, DONE):
            (each.out / note).unlink(missing_ok=True)
    enqueue(app, plans)
    sizes = [len(shard_of(problems, each.shard)) for each in plans]
    with bar(console, plan.out) as on_progress:
        while not _all_done(plans, sizes, on_progress):
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


def _part(plan: Plan, place: int, of: int) -> Plan:
    """A shard of the plan; its paths are whole, since a worker may stand in another folder."""
    out = plan.out.resolve() / f"shard-{place}-of-{of}"
    paths = {name: path.resolve() for name in ("data", "generations") if (path := getattr(plan, name))}
    suite = {"suite": str(Path(plan.suite).resolve())} if Path(plan.suite).is_file() else {}
    return plan.model_copy(update={"out": out, "shard": f"{place}/{of}", **paths, **suite})


def _all_done(plans: list[Plan], sizes: list[int], on_progress: Callable[[Progress], None]) -> bool:
    drawn = judged = passed = total = 0
    done = True
    for plan, size in zip(plans, sizes, strict=True):
        failed = plan.out / FAILED
        if failed.exists():
            raise ToolFailed(f"The shard {plan.shard} failed: {failed.read_text(encoding='utf-8')}")
        results = read_results(plan.out)
        judged += len(results)
        passed += sum(result.passed for result in results.values())
        drawn += _lines(plan.out / GENERATIONS)
        total += size * plan.samples
        done = done and (plan.out / DONE).exists()
    on_progress(Progress(drawn, judged, passed, total))
    return done


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _app() -> App:
    url = WorkerSettings().redis_url
    if url is None:
        raise InvalidInput("shards", "need a queue.", "Set REDIS_URL to a Redis that all workers reach.")
    return build_app(url)
