"""What is asked of an evaluation, as one value: the command line's, and a queue's message."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from models.evaluation.results import Manifest
from models.evaluation.run import problems_digest, shard_of
from models.evaluation.sources import Recorded
from models.evaluation.suites import read_suite
from models.examining import Problem
from verifiers.domain import Sampling, Value
from verifiers.errors import InvalidInput

ANSWERS = "answers"  # of a manifest's settings: how many are recorded, where problems may have unlike numbers


class Plan(Value):
    """An evaluation that is to be run.

    Attributes:
        suite: A name of :data:`models.evaluation.suites.SUITES`, or a JSONL file.
        split: Of the suite; None for all.
        data: The folder of published suites.
        limit: Only so many problems, from the first on.
        out: The folder that the run is kept in.
        model: As for ``acrisol solve``; None where answers are recorded.
        model_name: Its name at a URL.
        adapter: A LoRA adapter for an embedded model.
        generations: A file of recorded answers.
        mode: ``loop`` has the agent's whole loop answer, ``direct`` the model alone.
        attempts: Rounds of the loop.
        round_samples: Candidates a round of the loop.
        samples: Answers a problem.
        sampling: How they are drawn without the loop, which has a schedule of its own and takes no more than
            ``max_tokens`` from here.
        scan: Scanners look at the answers.
        clients: Problems that are asked about at a time.
        judges: Answers that are judged at a time.
        shard: ``i/n``, or empty.
    """

    suite: str
    split: str | None = None
    data: Path | None = None
    limit: int | None = Field(default=None, ge=1)
    out: Path
    model: str | None = None
    model_name: str | None = None
    adapter: str | None = None
    generations: Path | None = None
    mode: Literal["direct", "loop"] = "direct"
    attempts: int = Field(default=4, ge=1, le=50)
    round_samples: int = Field(default=1, ge=1, le=64)
    samples: int = Field(default=1, ge=1, le=1000)
    sampling: Sampling = Sampling()
    scan: bool = True
    clients: int = Field(default=4, ge=1, le=256)
    judges: int = Field(default=2, ge=1, le=64)
    shard: str = ""


class Ready(Value):
    """A plan with the problems that it is about.

    Attributes:
        manifest: What the run is.
        every: All problems of the suite that were asked for.
        mine: Those of this shard.
    """

    manifest: Manifest
    every: tuple[Problem, ...]
    mine: tuple[Problem, ...]


def prepared(plan: Plan, source: str, identity: Mapping[str, str] | None = None) -> Ready:
    """Read the suite of a plan.

    Args:
        plan: The plan.
        source: What the manifest calls the model or file.
        identity: What else tells the model from another of the same name, such as its weights' digest.

    Raises:
        InvalidInput: there is no such suite, or a row of it is wrong.
    """
    every = read_suite(plan.suite, split=plan.split, data=plan.data)[: plan.limit]
    recorded = plan.generations is not None
    settings = dict(identity or {})
    if plan.generations is not None:
        settings["generations"] = _file_digest(plan.generations)
    if plan.mode == "loop":
        settings["attempts"], settings["round_samples"] = str(plan.attempts), str(plan.round_samples)
        settings["max_tokens"] = str(plan.sampling.max_tokens)
    manifest = Manifest(
        suite=plan.suite,
        split=plan.split or "",
        problems=len(every),
        problems_digest=problems_digest(every),
        source=source,
        mode=plan.mode,
        samples=plan.samples,
        sampling=None if recorded or plan.mode == "loop" else plan.sampling,
        scan=plan.scan,
        shard=plan.shard,
        settings=settings,
    )
    return Ready(manifest=manifest, every=every, mine=shard_of(every, plan.shard))


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInput("generations", f"{path} cannot be read ({error.strerror}).") from error


def with_recorded(ready: Ready, recorded: Recorded) -> tuple[Ready, dict[str, list[int]]]:
    """The plan for recorded answers: as many a problem as there are.

    Raises:
        InvalidInput: a problem has none.
    """
    every = {problem.id: recorded.numbers(problem) for problem in ready.every}
    bare = [name for name, found in every.items() if not found]
    if bare:
        raise InvalidInput(
            "generations",
            f"hold no answer to {bare[0]}"
            + (f" and {len(bare) - 1} more problems." if len(bare) > 1 else "."),
            "Name the suite or --limit that they are for.",
        )
    counts = [len(found) for found in every.values()]
    settings = {**ready.manifest.settings, ANSWERS: str(sum(counts))}
    manifest = ready.manifest.model_copy(update={"samples": max(counts), "settings": settings})
    return ready.model_copy(update={"manifest": manifest}), {
        problem.id: every[problem.id] for problem in ready.mine
    }
