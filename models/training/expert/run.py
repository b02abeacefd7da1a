"""Expert iteration: sample, judge, keep what passes, train on it, score, and again.

Each step's result is a file or folder of the round, there whole or not at all, and the long steps (sampling,
judging, training) write down as they go. A run that is started again in the same folder goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from pydantic import ValidationError

from models.evaluation.run import Progress as Answered
from models.examining import Examiner
from models.training.expert.asking import asked
from models.training.expert.collecting import Collection
from models.training.expert.player import Player, base_player, trained_player
from models.training.expert.problems import Problems, gather
from models.training.expert.recipe import ExpertRecipe
from models.training.expert.report import ExpertRun, Round, Score, best_of, score_of
from models.training.loading import require_libraries
from models.training.progress import Progress as Trained
from models.training.run import train
from models.training.run_folder import locked, write
from verifiers.domain import Value
from verifiers.errors import InvalidInput

RECIPE, ROUND, RESULT = "expert.json", "round.json", "result.json"
Step = str


@dataclass(frozen=True)
class Told:
    """What a run says of itself while it goes on.

    Attributes:
        round: The round.
        step: ``base``, ``sample``, ``repair``, ``judge``, ``train``, ``export`` or ``validate``.
        done: Answers or optimizer steps so far.
        of: Of so many; 0 where that is not known.
        says: A sentence.
    """

    round: int
    step: Step
    done: int = 0
    of: int = 0
    says: str = ""


@dataclass
class _Clock(AbstractContextManager["_Clock"]):
    """Seconds of each step, over all starts of a run as far as they are known."""

    seconds: dict[str, float] = field(default_factory=dict)
    step: str = ""
    _began: float = 0.0

    def of(self, step: str) -> _Clock:
        self.step = step
        return self

    def __enter__(self) -> _Clock:
        self._began = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = round(time.monotonic() - self._began, 1)
        self.seconds[self.step] = self.seconds.get(self.step, 0.0) + took


def iterate(
    recipe: ExpertRecipe,
    folder: Path,
    examiner: Examiner,
    *,
    suites: Path | None = None,
    tell: Callable[[Told], None] = lambda told: None,
    on_round: Callable[[Round], None] = lambda round: None,
) -> ExpertRun:
    """Run a recipe; a folder with a run of the same recipe in it is gone on with.

    Args:
        recipe: See :mod:`models.training.expert.recipe`.
        folder: Made if missing. ``result.json`` in it names the best round's model.
        examiner: Makes prompts and judges answers.
        suites: The folder of published suites, where the recipe names none.
        tell: Called as it goes on.
        on_round: Called after each round.

    Raises:
        InvalidInput: the recipe, a suite or the folder is wrong.
        ToolError: the model, a sandbox or a library cannot be had, or training failed. What was done is kept.
        Disagreement: an exported adapter does not answer as the trained one.
    """
    problems = gather(recipe, suites)
    require_libraries()
    with locked(folder):
        claim(folder / RECIPE, recipe, "rounds")
        run = _Run(recipe, folder, problems, examiner, tell)
        rounds = [run.before()]
        on_round(rounds[0])
        for number in range(1, recipe.rounds + 1):
            rounds.append(run.round(number, rounds[-1]))
            on_round(rounds[-1])
        result = ExpertRun(
            folder=folder,
            tasks=len(problems.training),
            dropped=problems.dropped,
            rounds=tuple(rounds),
            best=best_of(rounds),
        )
        write(folder / RESULT, result.model_dump_json(indent=2))
    return result


def claim(path: Path, recipe: Value, further: str) -> None:
    """Write a recipe into a new folder, or see that the folder's run is of the same.

    Args:
        path: The recipe's file.
        recipe: The recipe.
        further: The field that says how far the run goes: more of the same is the same run.

    Raises:
        InvalidInput: the run is of another recipe, or its file is damaged.
    """
    if not path.exists():
        write(path, recipe.model_dump_json(indent=2))
        return
    try:
        before = type(recipe).model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidInput("folder", f"{path} cannot be read.", "Give another folder.") from error
    if before.model_copy(update={further: getattr(recipe, further)}) != recipe:
        raise InvalidInput(
            "folder",
            f"{path.parent} holds a run of another recipe.",
            "Give another folder, or the same recipe.",
        )


class _Run:
    """The steps of a run, in the folder that is locked for it."""

    def __init__(
        self,
        recipe: ExpertRecipe,
        folder: Path,
        problems: Problems,
        examiner: Examiner,
        tell: Callable[[Told], None],
    ) -> None:
        self._recipe = recipe
        self._folder = folder
        self._problems = problems
        self._examiner = examiner
        self._tell = tell
        self._collection = Collection(recipe, problems, folder, examiner)
        self._base = base_player(recipe, folder, lambda said: tell(Told(0, "base", says=said)))

    def before(self) -> Round:
        """Score the model before training."""
        place = self._folder / "round-0"
        done = _read(place)
        if done is None:
            clock = _Clock()
            with clock.of("validate"):
                score = self._validated(0, place, self._base)
            done = Round(number=0, model=self._base.name, validation=score, seconds=clock.seconds)
            write(place / ROUND, done.model_dump_json(indent=2))
        return done

    def round(self, number: int, last: Round) -> Round:
        """One round, or what is missing of it."""
        place = self._folder / f"round-{number}"
        player = Player(self._base.gguf, self._base.adapter)
        if last.served is not None:
            full = self._recipe.learning.tuning == "full"
            player = Player(last.served) if full else Player(self._base.gguf, last.served)
        done = _read(place)
        found = self._collection.round(number, place, player, self._teller(number))
        if done is not None:
            return done
        clock = _Clock(dict(found.seconds))
        recipe = self._recipe.training(
            (place / "rows.jsonl",),
            number,
            last.adapter if self._recipe.start == "last" else None,
        )
        with clock.of("train"):
            trained = train(recipe, place / "train", on_progress=self._train_teller(number))
        with clock.of("export"):
            after, agreements = trained_player(
                self._recipe, number, trained.best, self._base, place, self._says(number, "export")
            )
        with clock.of("validate"):
            validation = self._validated(number, place, after)
        done = Round(
            number=number,
            model=player.name,
            sampled=found.sampled,
            repaired=found.repaired,
            right=found.right,
            solved=found.solved,
            rows=found.rows,
            rejected=found.rejected,
            tokens=found.tokens,
            loss=trained.loss,
            perplexity=trained.perplexity,
            validation=validation,
            adapter=trained.best,
            served=after.adapter or after.gguf,
            agreements=agreements,
            seconds=clock.seconds,
        )
        write(place / ROUND, done.model_dump_json(indent=2))
        return done

    def _validated(self, number: int, place: Path, player: Player) -> Score:
        results = asked(
            place / "validation",
            "validation",
            self._problems.validation,
            player,
            self._recipe.drawing,
            self._recipe.validation_samples,
            self._recipe.drawing.seed,  # the same draws of each round's model
            self._examiner,
            self._teller(number)("validate"),
        )
        return score_of(results)

    def _teller(self, number: int) -> Callable[[Step], Callable[[Answered], None]]:
        def of(step: Step) -> Callable[[Answered], None]:
            return lambda at: self._tell(
                Told(number, step, at.judged, at.total, f"{at.passed:,} passed, {at.drawn:,} drawn")
            )

        return of

    def _train_teller(self, number: int) -> Callable[[Trained], None]:
        def tell(at: Trained) -> None:
            said = at.message or ("" if at.loss is None else f"loss {at.loss:.3f}")
            self._tell(Told(number, "train", at.step, at.steps, said))

        return tell

    def _says(self, number: int, step: Step) -> Callable[[str], None]:
        return lambda said: self._tell(Told(number, step, says=said))


def _read(place: Path) -> Round | None:
    """A round that has ended; None for one that has not.

    Raises:
        InvalidInput: its file is damaged.
    """
    path = place / ROUND
    if not path.exists():
        return None
    try:
        return Round.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            "folder", f"{path} cannot be read.", "Remove it: what it says is found out again."
        ) from error
