"""Making a data set: the engine is started, watched, and what it says of errors is raised here."""

from __future__ import annotations

import fcntl
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from models.chat import Message
from models.data.card import SPLITS, Card, written
from models.data.decontamination import Decontamination
from models.data.engine.job import Job, Places
from models.data.engine.publishing import KINDS, clean_up
from models.data.engine.trouble import of_the_system, told
from models.data.recipe import Recipe
from models.data.step import Checked
from models.errors import installing
from verifiers.domain import Value
from verifiers.errors import InvalidInput, ToolMissing

_EVERY_S = 0.2
_HANDED_OVER = 10
RESULTS = (
    *("card.json", "card.md", "report.json"),
    *(f"{split}{kind}.jsonl" for split in SPLITS for kind in KINDS),
)
"""All files that a data set may have."""


class Progress(Value):
    """How far a run is.

    Attributes:
        says: What is being done.
        stage: From 1; 0 before the first.
        stages: How many there are.
        done: Items of this stage.
        items: How many there are in all; None where nobody knows.
    """

    says: str = "starting"
    stage: int = 0
    stages: int = 0
    done: int = 0
    items: int | None = None


def prepare(
    recipe: Recipe,
    folder: Path,
    *,
    frames: Mapping[str, tuple[Message, ...]] | None = None,
    workers: int = 1,
    fresh: bool = False,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Card | None:
    """Make a data set; one that was begun with the same recipe goes on where it stopped.

    Args:
        recipe: What to make.
        folder: Where to; made if it is not there.
        frames: Of :func:`models.data.rendering.frames_of`; None leaves prompts as they are.
        workers: Processes; changes nothing in what comes out.
        fresh: Begin anew, whatever an earlier run left in the folder.
        on_progress: Told a few times a second.

    Returns:
        The card; None where the run was handed to a Slurm cluster, which writes it at the end.

    Raises:
        InvalidInput: a source or step of the recipe is wrong, or the folder holds something else.
        ToolMissing: datatrove is not installed.
        ToolFailed: the engine or a tool of a step broke, or the disk is full.
    """
    if importlib.util.find_spec("datatrove") is None:
        raise ToolMissing("datatrove is not installed here.", installing("data"))
    _check_apart(recipe, folder)
    for step in recipe.active:
        if isinstance(step, Checked):
            step.check()
    suites = tuple(step.looks_for for step in recipe.active if isinstance(step, Decontamination))
    job = Job(recipe=recipe, frames=dict(frames or {}), suites=suites, workers=workers)
    places = Places(folder.resolve())
    if not fresh and not places.job.exists() and any((places.folder / name).exists() for name in RESULTS):
        raise InvalidInput(
            "output",
            f"{places.folder} holds a data set already.",
            "Choose another folder, or make it anew with --fresh.",
        )
    _make(places.work)
    try:
        with _alone(places):
            _begin(job, places, fresh)
            if not _engine(places, on_progress):
                return None
            card = Card.model_validate_json(places.card.read_text(encoding="utf-8"))
            clean_up(places)  # still alone: another run might have begun in there
    except OSError as error:
        raise of_the_system(error, places.folder) from error
    return card


def _check_apart(recipe: Recipe, folder: Path) -> None:
    """A run that reads what it writes gives other bytes each time, its own rows among them."""
    for source in recipe.sources:
        path = getattr(source, "path", None)
        if path is not None and folder.resolve().is_relative_to(path.resolve()):
            raise InvalidInput(
                "output",
                f"{folder} lies in the folder of the source '{source.name}'.",
                "Choose a folder beside it.",
            )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            "output", f"{folder} cannot be made ({error.strerror}).", "Name another one."
        ) from error


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Hold the folder, so that two runs never write into one."""
    with (places.work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InvalidInput(
                "output", f"another run is working on {places.folder}.", "Wait for its end."
            ) from error
        yield


def _begin(job: Job, places: Places, fresh: bool) -> None:
    """Lay the job down, or find that it was begun before."""
    before = _job_of(places) if places.listings.exists() else job
    if fresh or before is None or before.digest != job.digest:
        if not fresh:
            raise InvalidInput(
                "output",
                f"{places.folder} holds an unfinished run of another recipe, or against other suites.",
                "Choose another folder, or begin anew with --fresh.",
            )
        for path in sorted(places.work.rglob("*"), reverse=True):
            if path.name != "lock":
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        for name in RESULTS:  # or a file that the new one does not have would seem to belong to it
            (places.folder / name).unlink(missing_ok=True)
    written(places.job, job.model_dump_json())


def _job_of(places: Places) -> Job | None:
    """What was begun here; None where nobody knows any more."""
    try:
        return Job.model_validate_json(places.job.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _engine(places: Places, on_progress: Callable[[Progress], None]) -> bool:
    """Run the engine to its end; False where a cluster goes on by itself."""
    ours, theirs = os.pipe()
    command = [sys.executable, "-m", "models.data.engine.process", str(places.folder)]
    command += [str(os.getpid()), str(theirs)]
    with places.log.open("ab") as log, os.fdopen(ours, "rb", buffering=0):
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(theirs,),
            start_new_session=True,
        )
        os.close(theirs)
        try:
            while process.poll() is None:
                on_progress(_progress(places))
                time.sleep(_EVERY_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        on_progress(_progress(places))
        if process.returncode not in (0, _HANDED_OVER):
            raise told(ours, process.returncode, places.log)
    return process.returncode == 0


def _progress(places: Places) -> Progress:
    try:
        now = json.loads(places.now.read_text())
        counts = [path.read_text() for path in places.progress.iterdir()]
    except (OSError, ValueError):
        return Progress()
    return Progress(**now, done=sum(int(count) for count in counts if count.isdigit()))
