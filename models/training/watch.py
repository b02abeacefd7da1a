"""What is kept of a run while it goes on: its curve, its best model, and when it should end."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.training.progress import Progress
from models.training.recipe import Recipe
from verifiers.domain import Value

METRICS = "metrics.jsonl"
STATE = "watch.json"
_WORST = -1e30  # JSON knows no infinity


class Standing(Value):
    """Where a run stands; saved with each checkpoint, so that a resumed run decides as it would have.

    Attributes:
        step: Steps done.
        best_step: Step of the best model; 0 for none yet.
        best: What it was judged by, higher is better: score first, then the held-out loss, negated.
        perplexity: The best model's.
        score: The best model's.
        lowest: Lowest held-out loss so far.
        waited: Validations since then, in the refinement.
        validations: So far.
        tokens: Seen so far.
        seconds: Wall clock so far.
        loss: Of the last step.
    """

    step: int = 0
    best_step: int = 0
    best: tuple[float, float] | None = None
    perplexity: float | None = None
    score: float | None = None
    lowest: float | None = None
    waited: int = 0
    validations: int = 0
    tokens: int = 0
    seconds: float = 0.0
    loss: float = 0.0


class Watch:
    """Follows a run step by step; knows nothing of torch.

    Args:
        recipe: Says how patient to be.
        folder: Where the curve is written.
        steps: Of the whole run.
        refine_from: The epoch from which validation may end it.
        on_progress: Told after each step, validation and score.
        main: This process writes; others of a distributed run do not.
        clock: Seconds.
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        *,
        steps: int,
        on_progress: Callable[[Progress], None],
        main: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recipe = recipe
        self._metrics = folder / METRICS
        self._steps = steps
        self._on_progress = on_progress
        self._main = main
        self._clock = clock
        self._began = self._last = clock()
        self._tokens = 0
        self._first_step: int | None = None
        self.standing = Standing()

    def resume(self, checkpoint: Path | None) -> None:
        """Take up the state that was saved with a checkpoint, and cut the curve back to it.

        Args:
            checkpoint: Its folder; None begins anew: what a kill before the first checkpoint left goes.
        """
        step = 0
        if checkpoint is not None:
            self.standing = Standing.model_validate_json((checkpoint / STATE).read_text(encoding="utf-8"))
            step = self.standing.step
        self._began = self._last = self._clock()
        if self._main and self._metrics.exists():
            lines = [line for line in self._metrics.read_text(encoding="utf-8").splitlines() if _whole(line)]
            kept = [line for line in lines if json.loads(line)["step"] <= step]
            beside = self._metrics.with_suffix(".part")
            beside.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
            os.replace(beside, self._metrics)

    def saved(self, checkpoint: Path) -> None:
        """Put the state beside a checkpoint; its presence says that the checkpoint is whole."""
        now = self._clock()
        standing = self.standing.model_copy(update={"seconds": self.seconds(now)})
        beside = checkpoint / f"{STATE}.part"
        beside.write_text(standing.model_dump_json(), encoding="utf-8")
        os.replace(beside, checkpoint / STATE)
        self._last = self._clock()  # neither is this the steps' time

    def seconds(self, now: float | None = None) -> float:
        """Wall clock of all parts of the run."""
        return self.standing.seconds + (self._clock() if now is None else now) - self._began

    def fed(self, tokens: int) -> None:
        """So many tokens went through the model."""
        self._tokens += tokens

    def stepped(self, step: int, epoch: float, loss: float, learning_rate: float) -> None:
        """An optimizer step was made."""
        now = self._clock()
        if self._first_step is None:
            self._first_step = step - 1
        per_step = (now - self._began) / max(step - self._first_step, 1)
        speed = self._tokens / max(now - self._last, 1e-9)
        tokens = self.standing.tokens + self._tokens
        self.standing = self.standing.model_copy(update={"step": step, "tokens": tokens, "loss": loss})
        self._tokens, self._last = 0, now
        self._note(
            step,
            epoch,
            loss=loss,
            learning_rate=learning_rate,
            tokens=tokens,
            tokens_per_second=round(speed, 1),
        )
        self._tell(
            step,
            epoch,
            loss=loss,
            learning_rate=learning_rate,
            tokens_per_second=speed,
            eta_s=per_step * (self._steps - step),
        )

    def validated(self, step: int, epoch: float, loss: float | None, score: float | None) -> bool:
        """The model was judged at a step.

        Args:
            step: The step.
            epoch: Epochs done.
            loss: Held-out loss of a token; None where nothing is held out.
            score: Executed pass@1; None where it was not measured now.

        Returns:
            The run should end; see :meth:`ends`.
        """
        standing = self.standing
        ends, waited = self.ends(epoch, loss), self._waited(epoch, loss)
        self.standing = standing.model_copy(
            update={
                "validations": standing.validations + 1,
                "lowest": loss if self._is_lower(loss) else standing.lowest,
                "waited": waited,
            }
        )
        perplexity = self.perplexity(loss)
        if loss is not None or score is not None:
            self._note(step, epoch, validation_loss=loss, perplexity=perplexity, score=score)
            self._tell(step, epoch, perplexity=perplexity, score=score)
        self._last = self._clock()  # validation is not the steps' time
        return ends

    def ends(self, epoch: float, loss: float | None) -> bool:
        """Whether a validation of this held-out loss ends the run: the refinement lowers it no more."""
        return self._waited(epoch, loss) >= self._recipe.checks.patience

    def _waited(self, epoch: float, loss: float | None) -> int:
        refining = epoch > self._recipe.optimization.converge_epochs
        return 0 if loss is None or self._is_lower(loss) or not refining else self.standing.waited + 1

    def _is_lower(self, loss: float | None) -> bool:
        return loss is not None and (self.standing.lowest is None or loss < self.standing.lowest)

    def is_better(self, loss: float | None, score: float | None) -> bool:
        """Whether a model judged so takes the place of the best."""
        best = self.standing.best
        if best is None or (loss is None and score is None):
            return True  # nothing tells them apart: the later one has learnt more
        return self._worth(loss, score) > best

    def kept(self, step: int, loss: float | None, score: float | None) -> None:
        """A model became the best."""
        self.standing = self.standing.model_copy(
            update={
                "best_step": step,
                "best": self._worth(loss, score),
                "perplexity": self.perplexity(loss),
                "score": score,
            }
        )

    @property
    def scores_at_all(self) -> bool:
        """Some validations are scored, and only those can bring forth the best model."""
        return self._recipe.checks.score_every > 0

    def perplexity(self, loss: float | None) -> float | None:
        """``exp`` of a held-out loss; None for none, and for DPO, whose loss is not that of tokens."""
        return None if loss is None or self._recipe.method == "dpo" else perplexity_of(loss)

    def scores_now(self, *, last: bool) -> bool:
        """Whether the coming validation is one that is scored; the run's last one is."""
        every = self._recipe.checks.score_every
        return every > 0 and (last or (self.standing.validations + 1) % every == 0)

    def say(self, step: int, message: str) -> None:
        """Tell a person something."""
        self._tell(step, 0.0, message=message)

    @staticmethod
    def _worth(loss: float | None, score: float | None) -> tuple[float, float]:
        return (-1.0 if score is None else score, _WORST if loss is None else -loss)

    def _note(self, step: int, epoch: float, **values: float | None) -> None:
        if not self._main:
            return
        given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
        line = json.dumps({"step": step, "epoch": round(epoch, 4), **given})
        with self._metrics.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def _tell(self, step: int, epoch: float, **values: Any) -> None:
        if self._main:
            self._on_progress(Progress(step=step, steps=self._steps, epoch=epoch, **values))


def perplexity_of(loss: float) -> float:
    """``exp`` of a mean loss in nats; infinite where that is beyond a float."""
    return math.exp(loss) if loss < 700 else math.inf


def _whole(line: str) -> bool:
    """A kill can cut the last line short."""
    try:
        return "step" in json.loads(line)
    except ValueError:
        return False
