"""A training run from a recipe to a folder with the best model in it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.training.card import write_card
from models.training.curves import draw_curves
from models.training.errors import disk_of
from models.training.loading import open_model, require_libraries
from models.training.material import Material, prepare
from models.training.objective import Objective
from models.training.progress import Progress as Progress
from models.training.progress import TrainedRun as TrainedRun
from models.training.recipe import Recipe
from models.training.run_folder import RESULT, check_data, claim, last_checkpoint, locked, result_in, write
from models.training.trainers import Plan, Setting, build
from models.training.watch import Watch
from models.training.watched import BEST
from models.training.weights import checkpoint_of
from verifiers.errors import InvalidInput

Scorer = Callable[[Path], float]
"""Executed pass@1, from 0 to 1, of the adapter (or, for full fine-tuning, the checkpoint) in a folder."""

_CHECKS_AN_EPOCH = 10
_FEW_STEPS = 10


def train(
    recipe: Recipe,
    folder: Path,
    *,
    score: Scorer | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    objective: Objective | None = None,
    cache: Path | None = None,
) -> TrainedRun:
    """Train by a recipe; a folder with a run of the same recipe in it is gone on with.

    Args:
        recipe: Its paths must be absolute or relative to the working folder (``read_recipe`` sees to that).
        folder: Made if missing. ``best/`` in it is the result.
        score: Called with each checkpoint that is to be scored.
        on_progress: Called in this thread after each step, validation and score.
        objective: For ``method: custom``, and for ``sft`` in place of the default.
        cache: Where GGUF models are kept once converted; None takes the user's.

    Raises:
        InvalidInput: the recipe does not fit the data, the model or the machine.
        ModelMissing: there is no such model here.
        ToolMissing: torch and its kin are not installed.
        TrainingFailed: the loss is not a number, or the disk is full; says which step and what to try.
    """
    require_libraries()
    if recipe.method == "custom" and objective is None:
        raise InvalidInput(
            "method", "'custom' is for commands that bring an objective of their own.", "Use 'sft' or 'dpo'."
        )
    state = _processes()
    with warnings.catch_warnings(), disk_of(folder):
        # The libraries warn each other of names that will go: nothing that a person could act on.
        warnings.simplefilter("ignore", FutureWarning)
        if not state.is_main_process:  # the first process claims the folder, the others follow it
            state.wait_for_everyone()
            return _train(recipe, folder, score, on_progress, objective, cache)
        with locked(folder):
            claim(folder, recipe)
            state.wait_for_everyone()
            return _train(recipe, folder, score, on_progress, objective, cache)


def _train(
    recipe: Recipe,
    folder: Path,
    score: Scorer | None,
    on_progress: Callable[[Progress], None],
    objective: Objective | None,
    cache: Path | None,
) -> TrainedRun:
    done = result_in(folder)
    if done is not None:
        on_progress(
            Progress(step=done.steps, steps=done.steps, message=f"The run in {folder} has ended already.")
        )
        return done
    checkpoint = checkpoint_of(recipe.model, cache)
    if recipe.data.folds == 1:
        return _one(recipe, checkpoint, folder, 0, score, on_progress, objective)
    runs = []
    for fold in range(recipe.data.folds):
        place = folder / f"fold-{fold}"
        place.mkdir(exist_ok=True)
        run = result_in(place) or _one(recipe, checkpoint, place, fold, score, on_progress, objective)
        runs.append(run)
    return _best_of(runs, folder)


def _best_of(runs: list[TrainedRun], folder: Path) -> TrainedRun:
    """The best fold's run, with what all folds say of the recipe."""

    def worth(run: TrainedRun) -> tuple[float, float]:
        return (-1.0 if run.score is None else run.score, -(run.perplexity or math.inf))

    found = tuple(run.perplexity for run in runs if run.perplexity is not None)
    best = max(runs, key=worth).model_copy(
        update={"folder": folder, "fold_perplexities": found, "seconds": sum(run.seconds for run in runs)}
    )
    if _processes().is_main_process:
        write(folder / RESULT, best.model_dump_json(indent=2))
    return best


def _one(
    recipe: Recipe,
    checkpoint: str,
    folder: Path,
    fold: int,
    score: Scorer | None,
    on_progress: Callable[[Progress], None],
    objective: Objective | None,
) -> TrainedRun:
    import transformers
    from transformers import set_seed

    transformers.utils.logging.set_verbosity_error()
    state = _processes()
    set_seed(recipe.optimization.seed)  # an adapter begins with random numbers
    loaded = open_model(recipe, checkpoint)
    with state.main_process_first():
        material = prepare(
            recipe, loaded.tokenizer, objective, folder / "rows" / str(state.process_index), fold
        )
    if state.is_main_process:
        check_data(folder, material.digest, material.counts)
    plan = _planned(recipe, material, state.num_processes)
    watch = Watch(recipe, folder, steps=plan.steps, on_progress=on_progress, main=state.is_main_process)
    for note in (*loaded.notes, *_notes(recipe, material, plan)):
        watch.say(0, note)
    trainer = build(Setting(recipe, loaded, material, objective, folder, plan, watch, score))
    resumed = last_checkpoint(folder)
    watch.resume(resumed)
    step = watch.standing.step
    if resumed is not None:
        watch.say(step, f"Going on from step {step}.")
    if watch.standing.waited < recipe.checks.patience and step < plan.steps:
        trainer.train(resume_from_checkpoint=str(resumed) if resumed else None)
    return _finished(recipe, folder, material, watch, trainer, plan, score)


def _processes() -> Any:
    """accelerate's view of the processes that train together; one, if this was started alone."""
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available())  # without that it overlooks others on a CPU


def _planned(recipe: Recipe, material: Material, processes: int) -> Plan:
    wanted = recipe.optimization
    at_once = wanted.micro_batch * processes
    if wanted.batch % at_once:
        raise InvalidInput(
            "optimization.batch",
            f"{wanted.batch} is no multiple of micro_batch x processes ({wanted.micro_batch} x {processes}).",
            f"Set it to {math.ceil(wanted.batch / at_once) * at_once}.",
        )
    accumulation = wanted.batch // at_once
    batches = math.ceil(math.ceil(len(material.train.lengths) / wanted.micro_batch) / processes)
    per_epoch = math.ceil(batches / accumulation)
    steps = per_epoch * (wanted.converge_epochs + wanted.refine_epochs)
    every = recipe.checks.every or max(1, per_epoch // _CHECKS_AN_EPOCH)
    return Plan(accumulation, per_epoch, min(steps, wanted.max_steps or steps), every)


def _notes(recipe: Recipe, material: Material, plan: Plan) -> list[str]:
    counts = ", ".join(f"{count:,} {name}" for name, count in material.counts.items() if count)
    notes = [f"Rows: {counts}. {len(material.train.lengths):,} sequences, {plan.steps:,} steps."]
    wanted = recipe.optimization
    few_wanted = wanted.max_steps is not None and wanted.max_steps < _FEW_STEPS  # as in a dry run
    if plan.steps < _FEW_STEPS and not few_wanted:
        notes.append(
            f"Only {plan.steps} step{'s' if plan.steps > 1 else ''}: with so few rows, a smaller "
            f"optimization.batch than {wanted.batch} learns more."
        )
    if material.validation is None:
        notes.append("Nothing is held out: no perplexity, no early stop.")
    return notes


def _finished(
    recipe: Recipe,
    folder: Path,
    material: Material,
    watch: Watch,
    trainer: Any,
    plan: Plan,
    score: Scorer | None,
) -> TrainedRun:
    standing = watch.standing
    found = standing.score
    if score is not None and not watch.scores_at_all and trainer.is_world_process_zero():
        found = score(folder / BEST)
    steps = standing.step
    run = TrainedRun(
        folder=folder,
        best=folder / BEST,
        best_step=standing.best_step,
        steps=steps,
        loss=standing.loss,
        perplexity=standing.perplexity,
        score=found,
        rows=material.counts["train rows"],
        tokens=standing.tokens,
        seconds=round(watch.seconds(), 1),
        ended="finished" if steps >= plan.steps else "early stop",
        data_digest=material.digest,
    )
    if trainer.is_world_process_zero():
        draw_curves(folder)
        write_card(recipe, run, material.counts, folder)
        write(folder / RESULT, run.model_dump_json(indent=2))
    return run
