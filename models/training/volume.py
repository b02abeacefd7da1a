"""How much a recipe learns from: as given, or counted in its files as training would take them."""

from __future__ import annotations

from collections import Counter

from models.data.rows import PreferenceRow
from models.training.dataset import check_kind, held_out, nothing_left, read_rows
from models.training.objective import Row
from models.training.recipe import Recipe
from models.training.tokens import Unfit
from verifiers.domain import Value
from verifiers.errors import InvalidInput

CHARACTERS_A_TOKEN = 3.5  # of code and English, in vocabularies of 49,152 to 128,256 tokens
_TOKENS_A_ROW = 512
_CUT, _STOPS, _HELD = "cut", "stops", "held out"


class Volume(Value):
    """How much is to be learnt.

    Attributes:
        rows: Training rows.
        tokens: In all of them, once.
        counted: Where the numbers come from, in words.
    """

    rows: int
    tokens: float
    counted: str


def volume_of(recipe: Recipe, rows: int | None = None, tokens_a_row: int | None = None) -> Volume:
    """How much a recipe learns from.

    Args:
        recipe: Its files are read if no number is given; without files, a step's worth of full sequences.
        rows: Given instead.
        tokens_a_row: Given instead; where only rows are given 512, or the longest sequence if that is less.

    Raises:
        InvalidInput: a file cannot be read, a line is no row or of the wrong kind, no row is left to learn
            from, or ``tokens_a_row`` is more than a row may have.
    """
    longest = recipe.data.max_tokens
    if rows is not None:
        mean = tokens_a_row or min(_TOKENS_A_ROW, longest)
        _check_length(recipe, mean)
        return Volume(rows=rows, tokens=rows * mean, counted=f"{rows:,} rows of {mean:,} tokens, as given")
    if recipe.data.train:
        return _counted(recipe)
    batch = recipe.optimization.batch
    return Volume(
        rows=batch * 100,
        tokens=batch * 100 * longest,
        counted=f"no data is given: 100 steps of {batch:,} full sequences; give --rows",
    )


def _check_length(recipe: Recipe, tokens: int) -> None:
    pairs = recipe.method == "dpo"
    longest = recipe.data.max_tokens
    if tokens > longest * (2 if pairs else 1):
        most = f"{'twice ' if pairs else ''}data.max_tokens ({longest:,})"
        becomes = {"drop": "drops", "truncate": "cuts", "error": "refuses"}[recipe.data.too_long]
        raise InvalidInput(
            "tokens-a-row",
            f"{tokens:,} is above {most}: training {becomes} such rows.",
            "Give fewer, or raise data.max_tokens.",
        )


def _counted(recipe: Recipe) -> Volume:
    """What is in the files, by characters, without what training leaves out as far as they tell."""
    data = recipe.data
    counts: Counter[str] = Counter()
    characters, tokens, found, learnt = 0, 0.0, 0, 0
    for placed in read_rows(data.train, "data.train"):
        check_kind(placed, recipe.method)
        if data.folds == 1 and held_out(placed.row, data, 0):
            counts[_HELD] += 1
            continue
        found += 1
        length = _learnt(recipe, placed.row, counts)
        if length:
            learnt += 1
            characters += _characters(placed.row)
            tokens += length
    for placed in read_rows(data.validation, "data.validation"):
        check_kind(placed, recipe.method)
    if not learnt:
        raise nothing_left(recipe, counts)
    said = [f"the files' {characters:,} characters, 3.5 a token"]
    longer = f"of {found:,} rows look longer than data.max_tokens ({data.max_tokens:,}) and"
    becomes = {Unfit.TOO_LONG: "are left out", _CUT: "are cut", _STOPS: "stop the run (data.too_long: error)"}
    said += [f"{counts[reason]:,} {longer} {words}" for reason, words in becomes.items() if counts[reason]]
    named = {Unfit.EMPTY: "of weight 0", _HELD: "held out"}
    said += [f"{counts[reason]:,} {words}" for reason, words in named.items() if counts[reason]]
    return Volume(rows=learnt, tokens=tokens, counted="; ".join(said))


def _learnt(recipe: Recipe, row: Row, counts: Counter[str]) -> float:
    """Tokens of a row that go through the model; 0 if it is left out, which is counted."""
    longest, too_long = recipe.data.max_tokens, recipe.data.too_long
    if not isinstance(row, PreferenceRow) and not row.weight:
        counts[Unfit.EMPTY] += 1
        return 0.0
    sides = [
        (_tokens(row, {"prompt", side}), _tokens(row, {side}))  # of all, and of what is never cut
        for side in (("chosen", "rejected") if isinstance(row, PreferenceRow) else ("completion",))
    ]
    if all(whole <= longest for whole, _ in sides):
        return sum(whole for whole, _ in sides)
    if too_long == "drop" or (too_long == "truncate" and any(answer >= longest for _, answer in sides)):
        counts[Unfit.TOO_LONG] += 1
        return 0.0
    counts[_CUT if too_long == "truncate" else _STOPS] += 1
    return sum(min(whole, longest) for whole, _ in sides)


def _tokens(row: Row, parts: set[str]) -> float:
    return len(row.model_dump_json(include=parts)) / CHARACTERS_A_TOKEN


def _characters(row: Row) -> int:
    """Of all that a row makes go through the model; a pair's prompt goes with each answer."""
    if isinstance(row, PreferenceRow):
        return sum(len(row.model_dump_json(include={"prompt", side})) for side in ("chosen", "rejected"))
    return len(row.model_dump_json(include={"prompt", "completion"}))
