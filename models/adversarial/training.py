"""One round's training: mined rows and utility rows through the recipe's stages, from adapter to adapter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from models.adversarial.anchor import objective_of
from models.adversarial.recipe import AdversarialRecipe, Stage
from models.adversarial.rows import lines_of, write_rows
from models.data.rows import PreferenceRow, TrainingRow
from models.training.dataset import read_rows
from models.training.recipe import Recipe
from models.training.run import Progress, TrainedRun, train
from models.training.run_folder import result_in
from verifiers.errors import InvalidInput


class MinedFiles:
    """Files of mined rows, those of this round and of earlier ones.

    Args:
        paths: JSONL files of pairs and rows.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)

    def split(self) -> tuple[list[PreferenceRow], list[TrainingRow]]:
        """Pairs, and the rows of cases that have none: a pair teaches its chosen answer already.

        Raises:
            InvalidInput: a file cannot be read, or a line is no row.
        """
        pairs: dict[str, PreferenceRow] = {}
        rows: dict[str, TrainingRow] = {}
        for placed in read_rows(self._paths, "pairs"):
            key = placed.row.model_dump_json()
            if isinstance(placed.row, PreferenceRow):
                pairs[key] = placed.row
            else:
                rows[key] = placed.row
        paired = {pair.origin.id for pair in pairs.values() if pair.origin.id}
        return list(pairs.values()), [row for row in rows.values() if row.origin.id not in paired]


def train_round(
    recipe: AdversarialRecipe,
    mined: Sequence[Path],
    folder: Path,
    adapter: Path | None,
    *,
    on_progress: Callable[[Stage, Progress], None] = lambda stage, progress: None,
) -> tuple[TrainedRun, ...]:
    """Train every stage of a round; the last one's ``best`` is the result.

    Args:
        recipe: The recipe.
        mined: Files of mined rows.
        folder: Made if missing; a stage that is done is not done again, one that was ended goes on.
        adapter: What the first stage starts from; None for a new one.
        on_progress: Called with the stage's name.

    Raises:
        InvalidInput: there is nothing to learn from.
        TrainingFailed: see :func:`models.training.run.train`.
    """
    pairs, rows = MinedFiles((*mined, *recipe.pairs)).split()
    if not pairs and not rows:
        raise InvalidInput(
            "pairs",
            "no attack gave anything to learn from.",
            "Mine more attacks or more samples, or set mining.references: always.",
        )
    runs: list[TrainedRun] = []
    for number, stage in enumerate(recipe.stages):
        name = f"{number + 1}-{stage}"
        if stage == "dpo" and not pairs:
            raise InvalidInput("stages", "dpo learns from pairs, and none were mined.", "Leave it out.")
        data = stage_data(folder, name, _stage_rows(recipe, stage, pairs, rows))
        made = _stage_recipe(recipe, stage, data, runs[-1].best if runs else adapter)
        runs.append(
            train(
                made,
                folder / name,
                objective=objective_of(recipe.terms) if stage == "security" else None,
                on_progress=lambda progress, stage=stage: on_progress(stage, progress),  # type: ignore[misc]
            )
        )
    return tuple(runs)


def check_files(recipe: AdversarialRecipe) -> None:
    """Read the recipe's own files once, so that a slip in them is not found after hours of attacks.

    Raises:
        InvalidInput: one cannot be read, or a line is no row of its kind.
    """
    MinedFiles(recipe.pairs).split()
    _drawn(recipe.utility, 0)


def stage_data(folder: Path, name: str, rows: Sequence[PreferenceRow | TrainingRow]) -> Path:
    """Write what a stage learns from beside its run.

    Raises:
        InvalidInput: the stage has ended, and learnt from other rows; or it cannot be written.
    """
    path = folder / f"{name}.jsonl"
    if result_in(folder / name) is not None and path.exists():
        if path.read_text(encoding="utf-8") != lines_of(rows):
            raise InvalidInput(
                "out",
                f"{folder / name} was trained on other rows than those there are now.",
                "Name another folder, or give the same files to go on with this one.",
            )
        return path
    write_rows(path, rows)
    return path


def _stage_recipe(recipe: AdversarialRecipe, stage: Stage, data: Path, adapter: Path | None) -> Recipe:
    given = {name: getattr(recipe.training.data, name) for name in recipe.training.data.model_fields_set}
    given["train"] = (data,)
    if stage == "dpo":
        given["packing"] = False
    return recipe.training.changed(
        name=f"{recipe.training.name}-{stage}",
        method="custom" if stage == "security" else "dpo",
        adapter=adapter or recipe.training.adapter,
        data=given,
    )


def _stage_rows(
    recipe: AdversarialRecipe, stage: Stage, pairs: Sequence[PreferenceRow], rows: Sequence[TrainingRow]
) -> list[PreferenceRow | TrainingRow]:
    if stage == "dpo":
        return list(pairs)
    mined: list[PreferenceRow | TrainingRow] = [*pairs, *rows]
    share = recipe.utility_share
    wanted = round(len(mined) * share / (1 - share))
    return [*mined, *_drawn(recipe.utility, wanted)]


def _drawn(paths: Sequence[Path], wanted: int) -> list[TrainingRow]:
    """So many rows of the utility files, by their digests: the same ones each time, wherever they stand."""
    found: list[tuple[bytes, TrainingRow]] = []
    for placed in read_rows(paths, "utility"):
        if not isinstance(placed.row, TrainingRow):
            raise InvalidInput(
                f"{placed.file}, line {placed.line}", "is a pair, and utility rows are training rows."
            )
        found.append((hashlib.sha256(placed.row.model_dump_json().encode()).digest(), placed.row))
        if len(found) > 4 * wanted + 1000:
            found = sorted(found, key=lambda each: each[0])[:wanted]
    return [row for _, row in sorted(found, key=lambda each: each[0])[:wanted]]
