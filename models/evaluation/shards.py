"""Runs that were done in parts, put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from models.evaluation.results import (
    GENERATIONS,
    MANIFEST,
    RESULTS,
    Generation,
    Log,
    Manifest,
    open_run,
    read_lines,
    read_manifest,
    read_results,
)
from verifiers.errors import InvalidInput

_COUNT = re.compile(r"[1-9][0-9]{0,8}")


def merge(folder: Path, parts: Sequence[Path]) -> Manifest:
    """Put the shards of a run together in a new folder.

    Args:
        folder: The new one.
        parts: One folder a shard; all of them.

    Raises:
        InvalidInput: they are of different runs, one is missing or named twice, or the folder holds a run.
    """
    if (folder / MANIFEST).exists():
        raise InvalidInput("out", f"{folder} holds a run already.", "Name a new folder.")
    manifests = [read_manifest(part) for part in parts]
    if not manifests:
        raise InvalidInput("parts", "are missing.", "Name the shards' folders.")
    whole = [manifest.model_copy(update={"shard": ""}) for manifest in manifests]
    for part, each in zip(parts, whole, strict=True):
        if each != whole[0]:
            raise InvalidInput("parts", f"{part} is of another run than {parts[0]}.", "Merge one run.")
    _check_complete([manifest.shard for manifest in manifests])
    drafts = {name: folder / f"{name}.part" for name in (GENERATIONS, RESULTS)}
    try:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)  # of a merge that was broken off
        with Log(drafts[GENERATIONS]) as drawn, Log(drafts[RESULTS]) as judged:
            for part in parts:
                for generation in read_lines(part / GENERATIONS, Generation):
                    drawn.append(generation)
                for result in read_results(part).values():
                    judged.append(result)
        for name, draft in drafts.items():
            draft.replace(folder / name)
    except OSError as error:
        raise InvalidInput("out", f"{folder} cannot be written ({error.strerror}).") from error
    open_run(folder, whole[0])  # last, so that a merge that was broken off is no run
    return whole[0]


def _check_complete(shards: Sequence[str]) -> None:
    counts = {shard.partition("/")[2] for shard in shards}
    of = counts.pop()
    if counts or not _COUNT.fullmatch(of):
        raise InvalidInput("parts", "are not the shards of one run.", "Each was run with --shard i/n.")
    wanted = (f"{place}/{of}" for place in range(1, int(of) + 1))
    missing = next((shard for shard in wanted if shard not in shards), None)
    if missing:
        raise InvalidInput("parts", f"lack the shard {missing}.", "Name all of them.")
    if len(shards) != int(of):
        raise InvalidInput("parts", "name a shard twice.", "Name each once.")
