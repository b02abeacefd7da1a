"""Attack, train on what was found, attack again with what was held out; each step goes on where it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from pydantic import Field

from models.adversarial.attacks import all_cases
from models.adversarial.cases import AttackCase, Split
from models.adversarial.evaluation import Report, State, report_on, try_problems
from models.adversarial.mining import mine
from models.adversarial.recipe import AdversarialRecipe, Attacks, Judging, Stage
from models.adversarial.training import check_files, train_round
from models.adversarial.trials import Draw, check_settings, try_cases
from models.chat import ChatModel
from models.examining import Examiner, Problem
from models.training.run import Progress, TrainedRun
from verifiers.domain import Value

OpenState = Callable[[Path | None, Path], ChatModel]
"""Opens the base with an adapter over it; see :func:`models.adversarial.states.open_state`."""


class Round(Value):
    """What a round came to.

    Attributes:
        number: From 1.
        pairs: Pairs mined in it.
        rows: Rows mined in it.
        adapter: What it trained.
        report: Before the first round, and after this one; None where nothing is measured.
    """

    number: int
    pairs: int
    rows: int
    adapter: Path
    report: Report | None = None


class Told(Protocol):
    """Whoever wants to see how it goes on."""

    def step(self, what: str) -> None:
        """A step begins."""
        ...

    def cases(self, done: int, total: int) -> None:
        """So many cases of the step are done."""
        ...

    def training(self, stage: Stage, progress: Progress) -> None:
        """Where a training is."""
        ...


class Silent:
    """Implements :class:`Told` for nobody."""

    def step(self, what: str) -> None:
        """See :meth:`Told.step`."""

    def cases(self, done: int, total: int) -> None:
        """See :meth:`Told.cases`."""

    def training(self, stage: Stage, progress: Progress) -> None:
        """See :meth:`Told.training`."""


class Rounds(Value):
    """All rounds of a recipe."""

    folder: Path
    rounds: tuple[Round, ...] = Field(min_length=1)

    @property
    def adapter(self) -> Path:
        """The last round's."""
        return self.rounds[-1].adapter


def run_rounds(
    recipe: AdversarialRecipe,
    folder: Path,
    examiner: Examiner,
    open_model: OpenState,
    *,
    problems: Sequence[Problem] = (),
    workers: int = 2,
    told: Told | None = None,
    on_round: Callable[[Round], None] = lambda each: None,
) -> Rounds:
    """Work through a recipe's rounds.

    Args:
        recipe: The recipe.
        folder: ``before/`` and ``round-N/`` in it; what is done there is not done again. It belongs to the
            recipe, of which no more than ``rounds`` and where files are may change.
        examiner: Prompts and judgement.
        open_model: Opens the model that is attacked.
        problems: The utility suite; empty measures no pass@1.
        workers: Cases at a time.
        told: Told how it goes on.
        on_round: Called after each round, also one that was done before.

    Raises:
        InvalidInput: the recipe does not fit its files, or the folder holds something else.
        ToolError: the model, a tool or the training broke; a second call goes on.
    """
    told = told or Silent()
    adapter = recipe.training.adapter
    judge = _Judge(recipe.judging, examiner, problems, workers, told)
    cases = _mined_cases(recipe)
    check_files(recipe)
    # More rounds may come, and files move; all else stays, or what is done would be another recipe's.
    check_settings(folder, recipe.model_dump(mode="json", exclude={"rounds", "pairs", "utility"}))
    told.step("Attacks before training")
    before = judge.state("before", open_model, adapter, folder / "before")
    found: list[Round] = []
    files: list[Path] = []
    for number in range(1, max(recipe.rounds, 1) + 1):
        place = folder / f"round-{number}"
        pairs = rows = 0
        if recipe.rounds:
            told.step(f"Round {number}: attacks are mined")
            pairs, rows = _mine(
                recipe, cases, number, place, examiner, open_model, adapter, workers=workers, told=told
            )
            files += [place / "mined" / "pairs.jsonl", place / "mined" / "rows.jsonl"]
        told.step(f"Round {number}: training")
        runs = train_round(recipe, files, place / "training", adapter, on_progress=told.training)
        adapter = _best(runs)
        told.step(f"Round {number}: attacks after training")
        after = judge.state(f"after round {number}", open_model, adapter, place / "after")
        report = judge.report([before, after])
        found.append(Round(number=number, pairs=pairs, rows=rows, adapter=adapter, report=report))
        on_round(found[-1])
    return Rounds(folder=folder, rounds=tuple(found))


def both_sides(attacks: Attacks) -> tuple[AttackCase, ...]:
    """Cases of both sides of the split, half of the limit of each."""
    half = None if attacks.limit is None else max(attacks.limit // 2, 1)
    return tuple(
        case for split in Split for case in all_cases(attacks.families, attacks.languages, (split,), half)
    )


class _Judge:
    """Measures states, if that is wanted."""

    def __init__(
        self,
        judging: Judging | None,
        examiner: Examiner,
        problems: Sequence[Problem],
        workers: int,
        told: Told,
    ) -> None:
        self._judging = judging
        self._examiner = examiner
        self._problems = problems
        self._workers = workers
        self._told = told
        self._cases = both_sides(judging.attacks) if judging else ()

    def state(self, name: str, open_model: OpenState, adapter: Path | None, folder: Path) -> State | None:
        if self._judging is None:
            return None
        with closing(open_model(adapter, folder / "serving")) as model:
            return measured(
                name,
                model,
                self._cases,
                self._problems,
                self._examiner,
                self._judging.draw,
                self._judging.samples,
                folder,
                workers=self._workers,
                on_done=self._told.cases,
            )

    def report(self, states: Sequence[State | None]) -> Report | None:
        if self._judging is None:
            return None
        return report_on(self._cases, self._judging.draw, [state for state in states if state is not None])


def measured(
    name: str,
    model: ChatModel,
    cases: Sequence[AttackCase],
    problems: Sequence[Problem],
    examiner: Examiner,
    draw: Draw,
    samples: int,
    folder: Path,
    *,
    workers: int,
    on_done: Callable[[int, int], None],
) -> State:
    """A state's answers to attacks and to a utility suite; ``samples`` are those of the suite."""
    trials = try_cases(cases, model, examiner, draw, folder, workers=workers, on_done=on_done)
    often = draw.model_copy(update={"samples": samples})
    solved = try_problems(problems, model, examiner, often, folder, workers=workers, on_done=on_done)
    return State(name=name, model=model.name, trials=trials, solved=solved)


def _mined_cases(recipe: AdversarialRecipe) -> tuple[AttackCase, ...]:
    wanted = recipe.attacks
    if not recipe.rounds:
        return ()
    return all_cases(wanted.families, wanted.languages, (Split.TRAIN,), wanted.limit)


def _mine(
    recipe: AdversarialRecipe,
    cases: Sequence[AttackCase],
    number: int,
    place: Path,
    examiner: Examiner,
    open_model: OpenState,
    adapter: Path | None,
    *,
    workers: int,
    told: Told,
) -> tuple[int, int]:
    mining = recipe.mining.model_copy(update={"seed": recipe.mining.seed + number - 1})
    with closing(open_model(adapter, place / "serving")) as model:
        mined = mine(cases, model, examiner, mining, place / "mined", workers=workers, on_done=told.cases)
    return sum(len(each.pairs) for each in mined.values()), sum(len(each.rows) for each in mined.values())


def _best(runs: Sequence[TrainedRun]) -> Path:
    return runs[-1].best
