"""What a data set is made of: sources, steps in their order, and how it is split; one YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, Union

from pydantic import Field, JsonValue, model_validator

from models.data.decontamination import Decontamination
from models.data.set_steps import SET_STEPS, SetStep
from models.data.sources import Source
from models.data.step import BatchStep, Step
from models.data.steps import STEPS
from verifiers.domain import Value

ALL_STEPS: tuple[type[Value], ...] = (*STEPS, *SET_STEPS)

if TYPE_CHECKING:
    OneStep = Step | BatchStep | SetStep
else:
    OneStep = Annotated[Union[ALL_STEPS], Field(discriminator="step")]  # noqa: UP007  (made of a table)

Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]


class StepUse(Value):
    """A step in a recipe: its name, or a mapping of its name and settings, with ``on: false`` to skip it."""

    step: OneStep
    on: bool = True

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"step": {"step": given}}
        if isinstance(given, dict) and not isinstance(given.get("step"), (dict, Value)):
            rest = {key: value for key, value in given.items() if key != "on"}
            return {"step": rest, **({"on": given["on"]} if "on" in given else {})}
        return given


class Split(Value):
    """Which documents are held out: whole repositories, by a hash of their name and the recipe's seed.

    Attributes:
        validation: Share of the repositories.
        test: Share of the repositories.
    """

    validation: Share = 0.02
    test: Share = 0.02

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together leave nothing to train on")
        return self


class Output(Value):
    """What is written.

    Attributes:
        prompts: ``agent`` puts prompts the way the agent does, ``plain`` leaves them as they are.
        code: Write documents without a prompt, as raw text (``train.text.jsonl``), or leave them out.
    """

    prompts: Literal["agent", "plain"] = "agent"
    code: bool = True


class Execution(Value):
    """What datatrove runs it on.

    Attributes:
        on: ``local`` processes, or a ``slurm`` or ``ray`` cluster whose nodes share the output folder.
        options: Of a cluster; passed to datatrove's executor as they are: ``partition``, ``time``, ...
            ``env_command`` is a shell command: look at it in a recipe that is not yours.
    """

    on: Literal["local", "slurm", "ray"] = "local"
    options: dict[str, JsonValue] = Field(default={})

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("partition", "time") if name not in self.options]
        if self.on == "slurm" and missing:
            raise ValueError(f"options.{missing[0]} is missing, which Slurm needs")
        if self.on == "local" and self.options:
            raise ValueError("options are for slurm and ray: leave them out")
        ours = {"pipeline", "tasks", "workers", "logging_dir", "depends", "skip_completed"} & set(
            self.options
        )
        if ours:
            raise ValueError(f"options.{min(ours)} is set by Acrisol: leave it out")
        return self


class Recipe(Value):
    """A data set.

    Attributes:
        name: Names it on its card.
        description: For its card.
        seed: Of everything that is drawn; the same input and recipe give the same bytes.
        shards: Pieces that are worked on apart. Not the number of workers: that changes nothing but time.
        sources: Where documents come from, in this order.
        steps: What is done with them, in this order.
        split: What is held out.
        output: What is written.
        execution: What it runs on.
    """

    name: str = Field(default="data", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    description: str = Field(default="", max_length=10_000)
    seed: int = Field(default=0, ge=0, lt=2**31)
    shards: int = Field(default=16, ge=1, le=100_000)
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    steps: tuple[StepUse, ...] = ()
    split: Split = Split()
    output: Output = Output()
    execution: Execution = Execution()

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [source.name for source in self.sources]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two sources are called '{min(twice)}': give each a name of its own")
        return self

    @property
    def active(self) -> tuple[OneStep, ...]:
        """The steps that are on."""
        return tuple(use.step for use in self.steps if use.on)

    def based_on(self, folder: Path) -> Recipe:
        """The same with relative paths of sources and steps taken from ``folder``."""
        sources = tuple(_based_on(source, folder) for source in self.sources)
        steps = tuple(use.model_copy(update={"step": _based_on(use.step, folder)}) for use in self.steps)
        return self.model_copy(update={"sources": sources, "steps": steps})


def _based_on(value: Any, folder: Path) -> Any:
    """A source or a step with its relative paths taken from a folder."""
    if isinstance(value, Decontamination):
        value = value.based_on(folder)
    return value.model_copy(update={name: folder / own for name, own in value if isinstance(own, Path)})
