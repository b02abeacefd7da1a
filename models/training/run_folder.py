"""A run's folder: whose it is, what it was made with, and from where it can go on."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.cpus import usable_cores
from models.training.progress import TrainedRun
from models.training.recipe import Recipe
from models.training.recipe_file import written
from models.training.watch import METRICS, STATE
from verifiers.errors import InvalidInput, ToolFailed
from verifiers.version import acrisol_version

RECIPE, DATA, RESULT, ENVIRONMENT = "recipe.yaml", "data.json", "result.json", "environment.json"
_PACKAGES = ("torch", "transformers", "peft", "trl", "accelerate", "datasets", "tokenizers", "bitsandbytes")


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        ToolFailed: the disk is full, or the folder cannot be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise ToolFailed(
            f"{path} cannot be written ({error.strerror}).", "Make room there, or name another folder."
        ) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep the folder for this run.

    Raises:
        InvalidInput: another process trains in it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("w")
    except OSError as error:
        raise InvalidInput(
            "folder", f"{folder} cannot be written ({error.strerror}).", "Give another folder."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InvalidInput(
                "folder", f"another process trains in {folder}.", "Wait for it, or give another folder."
            ) from error
        yield


def claim(folder: Path, recipe: Recipe) -> None:
    """Write the recipe into a new folder, or see that the folder's run is of this very recipe.

    Raises:
        InvalidInput: it is another one's.
    """
    text, path = written(recipe), folder / RECIPE
    if not path.exists() or not _begun(folder):
        write(path, text)
        write(folder / ENVIRONMENT, json.dumps(environment_now(), indent=2))
    elif path.read_text(encoding="utf-8") != text:
        raise InvalidInput(
            "folder", f"{folder} holds a run of another recipe.", "Give another folder, or the same recipe."
        )


def check_data(folder: Path, digest: str, counts: dict[str, int]) -> None:
    """Write what the rows were, or see that a resumed run has the same.

    Raises:
        InvalidInput: they have changed.
    """
    path = folder / DATA
    if not path.exists() or not _begun(folder):
        write(path, json.dumps({"sha256": digest, "counts": counts}, indent=2))
    elif json.loads(path.read_text(encoding="utf-8"))["sha256"] != digest:
        raise InvalidInput(
            "data.train", f"the rows have changed since the run in {folder} began.", "Give another folder."
        )


def _begun(folder: Path) -> bool:
    """Steps were made: what failed before its first one leaves the folder free for another try."""
    return any((place / METRICS).exists() for place in (folder, *folder.glob("fold-*")))


def result_in(folder: Path) -> TrainedRun | None:
    """What a run in the folder came to; None if it has not ended.

    Raises:
        InvalidInput: its file is damaged.
    """
    path = folder / RESULT
    if not path.exists():
        return None
    try:
        return TrainedRun.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InvalidInput(
            "folder", f"{path} cannot be read.", "Remove it: what it says is found out again."
        ) from error


def last_checkpoint(folder: Path, whole: str = STATE) -> Path | None:
    """The latest whole checkpoint; parts that a kill left behind are taken away.

    Args:
        folder: The run's.
        whole: Name of the file that is written into a checkpoint last.
    """
    found = {}
    for path in (folder / "checkpoints").glob("checkpoint-*"):
        number = re.fullmatch(r"checkpoint-(\d+)", path.name)
        if number and (path / whole).is_file():
            found[int(number[1])] = path
        elif number:
            shutil.rmtree(path, ignore_errors=True)  # of several processes each takes it away
    return found[max(found)] if found else None


def environment_now() -> dict[str, Any]:
    """Versions, machine and state of the checkout: what a run depends on beside recipe and rows."""
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "acrisol": acrisol_version(),
        "python": platform.python_version(),
        "packages": packages,
        "system": platform.platform(),
        "processor": _processor(),
        "cores": usable_cores(),
        "gpus": _gpus(),
        "git": _git(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _gpus() -> list[str]:
    import torch

    return [torch.cuda.get_device_name(place) for place in range(torch.cuda.device_count())]


def _git() -> dict[str, Any] | None:
    """Commit of the checkout that this code is in, and whether it was changed; None outside of one."""
    root = Path(__file__).resolve().parents[2]

    def git(*words: str) -> str:
        answer = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=30
        )
        return answer.stdout.strip()

    try:
        return {"commit": git("rev-parse", "HEAD"), "changed": bool(git("status", "--porcelain", "-uno"))}
    except (OSError, subprocess.SubprocessError):
        return None
