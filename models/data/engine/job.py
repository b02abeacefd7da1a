"""What the engine is told, and where on disk things of a run are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from models.chat import Message
from models.data.recipe import Recipe
from verifiers.domain import Value, digest

INSTRUCTION = "ACRISOL-INSTRUCTION-GOES-HERE"
"""Stands for the instruction in a prompt's frame."""
TESTS = "ACRISOL_TESTS_GO_HERE"
"""Stands for the tests in a frame."""
WITH_TESTS = "python, with tests"
"""Names the frame for tasks whose tests are shown."""


class Job(Value):
    """A run of a recipe.

    Attributes:
        recipe: What to do.
        frames: By language the prompt that asks for code, with :data:`INSTRUCTION` where the instruction
            goes; none for languages whose prompts stay as they are.
        suites: What each decontamination looks for, as its digest.
        workers: Shards that are worked on at the same time; changes nothing in what comes out.
    """

    recipe: Recipe
    frames: Mapping[str, tuple[Message, ...]] = Field(default={})
    suites: tuple[str, ...] = ()
    workers: int = Field(default=1, ge=1, le=1024)

    @property
    def digest(self) -> str:
        """Of all that decides what comes out."""
        return digest(self.model_copy(update={"workers": 1}).model_dump_json())


class Places:
    """The folders of a run.

    Args:
        folder: The data set's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / ".work"
        """All that is not part of the result; removed when the run is done."""
        self.job = self.work / "job.json"
        self.listings = self.work / "listings"
        self.provenance = self.work / "provenance.json"
        self.submitted = self.work / "slurm-job"
        self.log = self.work / "engine.log"
        self.now = self.work / "now.json"
        self.progress = self.work / "progress"
        self.report = folder / "report.json"
        self.card = folder / "card.json"

    def stage(self, name: str) -> Path:
        """Datatrove's own records of a stage: what is completed, its logs."""
        return self.work / "stages" / name

    def shards(self, segment: int) -> Path:
        """Documents between two passes."""
        return self.work / "segments" / f"{segment:02d}"

    def flow(self, name: str) -> Path:
        """A step's counts."""
        return self.work / "flows" / name

    def signatures(self, name: str) -> Path:
        """What a set step knows of all documents."""
        return self.work / "sets" / name

    def rows(self) -> Path:
        """The result, still in shards."""
        return self.work / "rows"
