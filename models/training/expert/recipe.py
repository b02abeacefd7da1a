"""What expert iteration is made of (Anthony et al. 2017; for language models, STaR, Zelikman et al. 2022)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from models.recipes import find, parse, shipped
from models.training.recipe import EMBEDDED, Checks, Data, Lora, Optimization, Recipe
from models.training.recipe_file import placed_model, placed_suite
from verifiers.domain import Value

SEE = "See docs/expert-iteration.md."
_SHELF = Path(__file__).parent / "recipes"
Suite = Annotated[str, Field(min_length=1, max_length=1000)]
Asking = TypeVar("Asking", bound=Value)


class Tasks(Value):
    """Problems out of a suite.

    Attributes:
        suite: A suite's name, one split of it as ``mbpp:train``, or a JSONL file of problems.
        limit: Only so many, evenly spread.
    """

    suite: Suite
    limit: int | None = Field(default=None, ge=1)


class Drawing(Value):
    """How the model is asked.

    Attributes:
        samples: Answers to each task in each round.
        enough: A task with so many different right answers from earlier rounds is not asked about again.
        temperature: High enough that the answers differ.
        top_p: Nucleus mass.
        max_tokens: Longest answer.
        first_block: Break answers off behind their first code block: twice as many in the same time.
            Validation hears them out.
        slots: Answers decoded at a time.
        context: Tokens of prompt and answer together, for each slot.
        judges: Answers judged at a time.
        seed: Of the first round; each round has another.
    """

    samples: int = Field(default=8, ge=1, le=1000)
    enough: int = Field(default=4, ge=1)
    temperature: float = Field(default=0.8, ge=0, le=2, allow_inf_nan=False)
    top_p: float = Field(default=0.95, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int = Field(default=256, ge=1)
    first_block: bool = True
    slots: int = Field(default=16, ge=1, le=256)
    context: int = Field(default=1536, ge=64)
    judges: int = Field(default=2, ge=1, le=64)
    seed: int = Field(default=0, ge=0, lt=2**30)


class Keeping(Value):
    """Which right answers become rows.

    Attributes:
        per_task: At most so many different ones of a task: the shortest first, then the least alike.
        scan: Only those that the scanners find clean as well.
    """

    per_task: int = Field(default=4, ge=1)
    scan: bool = True


class Repairs(Value):
    """Rows that teach to answer feedback, in the form in which the loop gives it.

    Attributes:
        paired: So many failed answers of a task, each with its feedback, are paired with a right one.
        samples: So many answers to such feedback are drawn from the model for each task that has no right
            one; a right one becomes a row.
        weight: Of such rows.
    """

    paired: int = Field(default=1, ge=0)
    samples: int = Field(default=0, ge=0)
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)


class References(Value):
    """Rows out of the tasks' own reference solutions, of which only those that pass are taken.

    Attributes:
        use: ``all``; ``unsolved`` takes them for tasks that the model has not solved itself; or ``none``.
        weight: Of such rows; below 1, the model's own answers count for more.
        first: Round 1 asks nothing and trains on them alone: what has learnt from them gives more right
            answers in the rounds after it, for the same number asked.
    """

    use: Literal["all", "unsolved", "none"] = "unsolved"
    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    first: bool = False


class Learning(Value):
    """How each round trains; see :class:`models.training.recipe.Recipe`.

    Attributes:
        tuning: ``lora``, ``qlora`` or ``full``.
        lora: For the first two.
        data: How rows are cut; which they are is found out by the rounds.
        optimization: Hyper-parameters.
        checks: Validation by perplexity, checkpoints.
    """

    tuning: Literal["lora", "qlora", "full"] = "lora"
    lora: Lora = Lora()
    data: Data = Data()
    optimization: Optimization = Optimization()
    checks: Checks = Checks()

    @model_validator(mode="after")
    def _finds_its_rows(self) -> Self:
        if self.data.train or self.data.validation:
            raise ValueError("data.train and data.validation are filled by the rounds: leave them out")
        return self


class ExpertRecipe(Value):
    """A run of expert iteration.

    Attributes:
        name: Names the run and its adapter.
        model: ``embedded``, a GGUF file or a checkpoint's folder.
        suites: The folder of published suites; None where none is named, or ``ACRISOL_SUITES`` says it.
        tasks: What the model is asked in training.
        extra: JSONL files of training rows that are mixed in.
        validation: What each round is scored on; the best round's model is the result.
        validation_samples: Answers to each of these problems.
        held_out: What will be evaluated: no training task or answer may share text with it.
        held_out_words: So many words in a row, or a whole shorter text, make a task or answer a held-out one.
        rounds: Of sampling, judging, training.
        start: Each round trains the ``base`` model anew on all rows found so far, or goes on from the
            ``last`` round's.
        drawing: How the model is asked.
        keep: Which answers become rows.
        repairs: Rows for the loop.
        references: Rows out of reference solutions.
        learning: How each round trains.
        prompts: ``small`` asks as the agent asks the embedded model, ``large`` as it asks others.
    """

    name: str = Field(default="expert", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    model: str = Field(default=EMBEDDED, min_length=1, max_length=1000)
    suites: Path | None = None
    tasks: Annotated[tuple[Tasks, ...], Field(min_length=1)]
    extra: tuple[Path, ...] = ()
    validation: Tasks
    validation_samples: int = Field(default=2, ge=1)
    held_out: Annotated[tuple[Suite, ...], Field(min_length=1)]
    held_out_words: int = Field(default=10, ge=6, le=100)
    rounds: int = Field(default=2, ge=1, le=100)
    start: Literal["base", "last"] = "base"
    drawing: Drawing = Drawing()
    keep: Keeping = Keeping()
    repairs: Repairs = Repairs()
    references: References = References()
    learning: Learning = Learning()
    prompts: Literal["small", "large"] = "small"

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.start == "last" and self.learning.tuning == "full":
            raise ValueError("start: last is for adapters; with tuning: full each round starts from the base")
        if self.references.first and (self.references.use == "none" or self.rounds < 2):
            raise ValueError("references.first needs references.use all or unsolved, and two rounds")
        return self

    def training(self, rows: tuple[Path, ...], number: int, adapter: Path | None) -> Recipe:
        """The recipe of a round's training."""
        learning = self.learning
        return Recipe(
            name=f"{self.name}-{number}"[:100],
            model=self.model,
            adapter=adapter,
            method="sft",
            tuning=learning.tuning,
            lora=learning.lora,
            data=learning.data.model_copy(update={"train": rows}),
            optimization=learning.optimization,
            checks=learning.checks,
        )


def shipped_expert_recipes() -> tuple[str, ...]:
    """Names of the recipes in this package."""
    return shipped(_SHELF)


def read_expert_recipe(name: str) -> ExpertRecipe:
    """The recipe in a file, or of a name that ships; relative paths are taken from the file's folder.

    Raises:
        InvalidInput: there is no such file, or it is no recipe; names the field and the fix.
    """
    return parse_expert_recipe(*find(name, _SHELF))


def parse_expert_recipe(text: str, name: str, folder: Path) -> ExpertRecipe:
    """The recipe in a YAML text; ``folder`` is where its relative paths start from.

    Raises:
        InvalidInput: it is none.
    """
    recipe = placed(parse(text, name, ExpertRecipe, SEE), folder)
    return recipe.model_copy(update={"extra": tuple(folder / path for path in recipe.extra)})


def placed(recipe: Asking, folder: Path) -> Asking:
    """A recipe that asks a model, its relative paths to model and suites taken from a folder."""

    def there(tasks: Tasks) -> Tasks:
        return tasks.model_copy(update={"suite": placed_suite(tasks.suite, folder)})

    asks: Any = recipe
    found: Asking = asks.model_copy(
        update={
            "model": placed_model(asks.model, folder),
            "suites": None if asks.suites is None else folder / asks.suites,
            "tasks": tuple(map(there, asks.tasks)),
            "validation": there(asks.validation),
            "held_out": tuple(placed_suite(suite, folder) for suite in asks.held_out),
        }
    )
    return found
