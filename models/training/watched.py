"""A trainer's steps, validations and checkpoints, followed: what the methods' trainers have in common."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from models.training.errors import TrainingFailed
from models.training.watch import Watch

BEST = "best"


def watched(base: Any, watch: Watch, score: Callable[[Path], float] | None) -> Any:
    """A subclass of one of TRL's trainers that a watch follows.

    The class made needs a method ``held_out_loss() -> float``. It is a function, since TRL is only there when
    something is trained.

    Args:
        base: The trainer's class.
        watch: Told of everything.
        score: Executed pass@1 of a folder.
    """

    class Watched(base):  # type: ignore[misc]
        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
            counted = inputs.pop("token_count", None)
            if counted is None:
                counted = inputs["attention_mask"].sum()
            loss = super().training_step(model, inputs, num_items_in_batch)
            if not math.isfinite(float(loss)):
                raise _diverged(self.state.global_step + 1, "the loss", float(loss))
            watch.fed(int(counted) * self.accelerator.num_processes)
            return loss

        def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
            super().log(logs, start_time)
            norm = logs.get("grad_norm", 0.0)
            if not math.isfinite(float(norm)):
                raise _diverged(self.state.global_step, "the gradient's norm", float(norm))
            if "loss" in logs:
                watch.stepped(
                    self.state.global_step, self.state.epoch or 0.0, logs["loss"], logs["learning_rate"]
                )

        def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
            step, epoch = self.state.global_step, self.state.epoch or 0.0
            loss = self.held_out_loss() if self.eval_dataset is not None else None
            last = step >= self.state.max_steps or watch.ends(epoch, loss)
            scoring = score is not None and watch.scores_now(last=last)
            value = None
            if scoring or ((score is None or not watch.scores_at_all) and watch.is_better(loss, None)):
                value = self._judge_and_keep(loss, scoring=scoring)
            found = {"eval_loss": loss, "eval_perplexity": watch.perplexity(loss), "eval_score": value}
            logs = {name: number for name, number in found.items() if number is not None}
            super().log(dict(logs))
            self.callback_handler.on_evaluate(self.args, self.state, self.control, logs)
            if watch.validated(step, epoch, loss, value):
                self.control.should_training_stop = True
            return logs

        def _judge_and_keep(self, loss: float | None, *, scoring: bool) -> float | None:
            """Save the model beside the best; score it; let it take its place if it is better."""
            folder = Path(self.args.output_dir).parent
            candidate = folder / f"{BEST}.candidate"
            with _disk(self.state.global_step, candidate, f"{folder / BEST} stays the best."):
                self.save_model(str(candidate))
            value = None
            if scoring and score is not None:
                value = self._told(score(candidate) if self.is_world_process_zero() else None)
            if self.is_world_process_zero():
                for pickled in candidate.glob("*.bin"):
                    pickled.unlink()  # the trainer's arguments, as a pickle: nobody should load that
                if watch.is_better(loss, value):
                    _replace(candidate, folder / BEST)
                else:
                    shutil.rmtree(candidate)
            if watch.is_better(loss, value):
                watch.kept(self.state.global_step, loss, value)
            return value

        def _told(self, value: float | None) -> float | None:
            """The first process's value, in every process."""
            from accelerate.utils import broadcast_object_list

            told: float | None = broadcast_object_list([value])[0]
            return told

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            step = self.state.global_step
            folder = Path(self.args.output_dir) / f"checkpoint-{step}"
            with _disk(step, folder, "The checkpoint before it is whole: run the same command again."):
                super()._save_checkpoint(model, trial)
                if self.is_world_process_zero():
                    watch.saved(folder)

    return Watched


@contextmanager
def _disk(step: int, folder: Path, kept: str) -> Iterator[None]:
    """Turn a folder that cannot be written into a sentence, and take away the part that was.

    torch and safetensors say it with errors of their own.
    """
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        free = shutil.disk_usage(folder.parent).free // 2**20
        raise TrainingFailed(
            f"The model of step {step} could not be written to {folder.parent} ({free:,} MiB free): {error}",
            kept if free > 100 else f"Free some space. {kept}",
        ) from error


def _replace(made: Path, place: Path) -> None:
    """Put a folder in the place of another; at any moment one of them is there whole."""
    old = place.with_name(f"{place.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        os.replace(place, old)
    os.replace(made, place)
    shutil.rmtree(old, ignore_errors=True)


def _diverged(step: int, what: str, value: float) -> TrainingFailed:
    return TrainingFailed(
        f"At step {step} {what} is {value}: the run was stopped, and nothing of this step is kept.",
        "Try a lower learning_rate or clip, a longer warmup, precision fp32, or look for odd rows with "
        "extreme weights; then run it in a new folder.",
    )
