"""From a recipe to stages: what runs one after the other, each on many shards or once.

The steps of a recipe are cut into segments at those that look at all documents together. A segment is one
pass over the corpus: it reads, takes each document through its steps, and writes. Between two passes stand
one or two stages that look at what the pass before has noted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from models.data.engine import duplicates
from models.data.engine.balance import CountLanguages, DecideShares, DrawByLanguage
from models.data.engine.job import Job, Places
from models.data.engine.passing import Measured, Pass, ReadShard, ReadSource, WriteShard
from models.data.engine.publishing import Publish, WriteRows
from models.data.set_steps import ExactDuplicates, LanguageBalance, NearDuplicates, SetStep

_SHARDS_PER_FINDER = 16
Call = Callable[[Any, int, int], Any]


class Stage(NamedTuple):
    """A pipeline of datatrove's.

    Attributes:
        name: Names its folder.
        says: What a progress bar calls it.
        tasks: How often it runs, each time with another rank.
        pipeline: What it runs.
        items_from: The flow that tells how many items it goes through; empty where nothing does.
    """

    name: str
    says: str
    tasks: int
    pipeline: tuple[Call, ...]
    items_from: tuple[str, ...] = ()


class _Between(NamedTuple):
    """What a set step adds to the pass before it, between, and to the pass after it."""

    end: Call
    stages: tuple[tuple[str, int, Call], ...]
    start: Call


def plan(job: Job, places: Places) -> tuple[Stage, ...]:
    """All stages of a run but the listing of its sources, which comes before them."""
    recipe, flows = job.recipe, _Flows(places)
    reading: list[Call] = [
        ReadSource(source, places.listings, flows.of(f"read {source.name}"), places.progress)
        for source in recipe.sources
    ]
    stages: list[Stage] = []
    items = given = tuple(flows.folders)
    calls, segment = reading, 0
    for step in recipe.active:
        if not isinstance(step, ExactDuplicates | NearDuplicates | LanguageBalance):
            calls.append(Pass(step, flows.of(step.step)))
            given = (flows.folders[-1],)
            continue
        between = _between(job, places, step, flows)
        calls += [WriteShard(places.shards(segment)), between.end]
        name = f"{len(stages):02d}-pass"
        stages.append(Stage(name, f"pass {segment + 1}", recipe.shards, tuple(calls), items))
        for label, tasks, call in between.stages:
            stages.append(Stage(f"{len(stages):02d}-{label}", step.step, tasks, (call,)))
        items, given = given, (flows.folders[-1],)
        calls = [ReadShard(places.shards(segment), places.progress), between.start]
        segment += 1
    calls.append(
        WriteRows(
            places.rows(), flows.of("write"), recipe.split, recipe.output, recipe.seed, dict(job.frames)
        )
    )
    stages.append(Stage(f"{len(stages):02d}-pass", f"pass {segment + 1}", recipe.shards, tuple(calls), items))
    publish = Publish(job, places.folder, tuple(zip(flows.names, flows.folders, strict=True)))
    return (*stages, Stage(f"{len(stages):02d}-publish", "writing", 1, (publish,)))


class _Flows:
    """Folders for the counts of steps, in their order; a step may come twice."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self.names: list[str] = []
        self.folders: list[str] = []

    def of(self, name: str) -> Any:
        self.names.append(name)
        self.folders.append(f"{len(self.folders):02d}-{name.replace(' ', '-')}")
        return self._places.flow(self.folders[-1])


def _between(job: Job, places: Places, step: SetStep, flows: _Flows) -> _Between:
    flow = flows.of(step.step)
    folder, seed = places.signatures(flow.name), job.recipe.seed
    if isinstance(step, ExactDuplicates):
        finders = max(1, job.recipe.shards // _SHARDS_PER_FINDER)
        return _Between(
            duplicates.exact_signing(folder, finders),
            (("match", finders, duplicates.exact_finding(folder)),),
            Measured(duplicates.exact_dropping(folder), "equal to another", flow),
        )
    if isinstance(step, NearDuplicates):
        return _Between(
            duplicates.near_signing(folder, step, seed),
            (
                ("match", step.buckets, duplicates.near_matching(folder, step, seed)),
                ("cluster", 1, duplicates.near_clustering(folder, step, seed)),
            ),
            Measured(duplicates.near_dropping(folder), "much like another", flow),
        )
    return _Between(
        CountLanguages(folder),
        (("decide", 1, DecideShares(folder, step)),),
        DrawByLanguage(folder, seed, flow),
    )
