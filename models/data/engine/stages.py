"""Running a plan on datatrove's executors."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.data.counting import read_flow
from models.data.engine.job import Job, Places
from models.data.engine.plan import Stage, plan
from models.data.reading.opening import prepare
from verifiers.errors import InvalidInput, ToolFailed, ToolMissing


def run_stages(job: Job, places: Places) -> bool:
    """Run a job; shards that an earlier run completed are not done again.

    Returns:
        True when the data set is there; False where it was handed to a cluster that goes on by itself.

    Raises:
        InvalidInput: a source is wrong or empty, or a cluster still works on an earlier run of this.
        ToolMissing: the cluster's client is not installed.
        ToolFailed: the cluster did not complete a stage.
    """
    _list_sources(job, places)
    stages = plan(job, places)
    if job.recipe.execution.on == "slurm":
        return _submit(job, places, stages)
    for number, stage in enumerate(stages):
        _announce(places, stages, number)
        executor = _executor(job, places, stage)
        executor.run()
        _check_whole(places, stage, executor)
    return True


def _check_whole(places: Places, stage: Stage, executor: Any) -> None:
    """See that a stage's shards are all there.

    Raises:
        ToolFailed: some are not.
    """
    left = executor.get_incomplete_ranks(skip_completed=True)
    if left:
        raise ToolFailed(
            f"{len(left)} of {stage.tasks} shards of {stage.says} were not completed.",
            f"Their logs are in {places.stage(stage.name)}; the same command goes on where it stopped.",
        )


def _list_sources(job: Job, places: Places) -> None:
    if places.provenance.exists():
        return  # a run that goes on reads what was listed when it began
    places.listings.mkdir(parents=True, exist_ok=True)
    _say(places, {"says": "listing", "stage": 0, "stages": 0, "items": None})
    found = [prepare(source, places.listings).model_dump() for source in job.recipe.sources]
    temporary = places.provenance.with_suffix(".new")
    temporary.write_text(json.dumps(found))
    os.replace(temporary, places.provenance)


def _executor(job: Job, places: Places, stage: Stage) -> Any:
    common = {"tasks": stage.tasks, "logging_dir": str(places.stage(stage.name))}
    pipeline, workers = list(stage.pipeline), min(job.workers, stage.tasks)
    if job.recipe.execution.on == "ray":
        return _on_ray(job, pipeline, workers, common)
    from datatrove.executor.local import LocalPipelineExecutor

    return LocalPipelineExecutor(pipeline, workers=workers, **common, **_options(job))


def _on_ray(job: Job, pipeline: list[Any], workers: int, common: dict[str, Any]) -> Any:
    if importlib.util.find_spec("ray") is None:
        raise ToolMissing("ray is not installed.", "Run: pip install ray")
    from datatrove.executor.ray import RayPipelineExecutor

    return RayPipelineExecutor(pipeline, workers=workers, **common, **_options(job))


def _submit(job: Job, places: Places, stages: Sequence[Stage]) -> bool:
    """Hand all stages to Slurm, each to begin when the one before has ended well; True if all have."""
    from datatrove.executor.slurm import SlurmPipelineExecutor

    before = None
    executors = []
    for stage in stages:
        before = SlurmPipelineExecutor(
            list(stage.pipeline),
            tasks=stage.tasks,
            workers=job.workers,
            logging_dir=str(places.stage(stage.name)),
            job_name=f"{job.recipe.name}-{stage.name}",
            depends=before,
            **_on_slurm(_options(job)),
        )
        executors.append((stage, before))
    if before is None or not before.get_incomplete_ranks(skip_completed=True):
        return True
    if shutil.which("sbatch") is None:
        raise ToolMissing("sbatch is not there.", "Run this on a login node of the cluster.")
    if places.submitted.exists():
        _check_ended(places)
        places.submitted.unlink()
        for stage, executor in executors:
            _check_whole(places, stage, executor)
    before.run()
    places.submitted.write_text(str(before.job_id))
    return False


def _on_slurm(options: dict[str, Any]) -> dict[str, Any]:
    """The options, so that jobs find this program, and that those which wait for a failed one end."""
    if not {"env_command", "condaenv", "venv_path"} & options.keys():
        programs = shlex.quote(str(Path(sys.executable).parent))
        options["env_command"] = f"export PATH={programs}:$PATH"
    options["sbatch_args"] = {"kill-on-invalid-dep": "yes"} | (options.get("sbatch_args") or {})
    return options


def _check_ended(places: Places) -> None:
    """Jobs that were submitted before and still wait or run would write the same files as new ones.

    Raises:
        InvalidInput: Slurm still has the last of them, which waits for the others.
    """
    squeue = shutil.which("squeue")
    job = places.submitted.read_text().strip()
    if squeue is None or not job.isdigit():
        return
    asked = [squeue, "--noheader", "--jobs", job]
    answer = subprocess.run(asked, capture_output=True, check=False)  # fails for a job that it has forgotten
    if answer.returncode == 0 and answer.stdout.strip():
        raise InvalidInput(
            "output",
            f"Slurm's job {job} for {places.folder} still waits or runs.",
            f"Wait for its end, or end it with 'scancel {job}' and its forerunners; then run this again.",
        )


def _options(job: Job) -> dict[str, Any]:
    return dict(job.recipe.execution.options)


def _announce(places: Places, stages: Sequence[Stage], number: int) -> None:
    stage = stages[number]
    items: int | None = None
    if number == 0:
        items = _files(places)
    elif stage.items_from:
        items = sum(read_flow(places.flow(name)).documents_out for name in stage.items_from)
    places.progress.mkdir(parents=True, exist_ok=True)
    for old in places.progress.iterdir():
        old.unlink()
    _say(places, {"says": stage.says, "stage": number + 1, "stages": len(stages), "items": items})


def _files(places: Places) -> int | None:
    """How many files the first pass goes through; None where a source does not say beforehand."""
    counts = [each["items"] for each in json.loads(places.provenance.read_text())]
    return None if None in counts else sum(counts)


def _say(places: Places, now: dict[str, Any]) -> None:
    temporary = places.now.with_suffix(".new")
    temporary.write_text(json.dumps(now))
    os.replace(temporary, places.now)
