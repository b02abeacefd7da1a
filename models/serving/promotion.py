"""From a training run to a live adapter, if it is better than what is live."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from models.serving.entries import BASE, Contents, Entry, Score
from models.serving.going_live import Done, Reached, use
from models.serving.registry import Registry, added_from, found_in
from models.serving.trained import Trained, read_run
from verifiers.errors import InvalidInput


class Promoted(NamedTuple):
    """What was made live, and why in a sentence."""

    done: Done
    reason: str


def promote(
    registry: Registry, run: Path, name: str, base: str | None, reached: Reached | None, *, force: bool
) -> Promoted:
    """Register a run's best adapter with its score, and make it live if that beats the live one's.

    Args:
        registry: The registry.
        run: The run's folder.
        name: What its adapter is to be called.
        base: The base model's name; None for the one that the run was made from.
        reached: The server that runs, if one does.
        force: Make it live whatever the scores say.

    Raises:
        InvalidInput: it is no finished run of an adapter, it is not better, or there is nothing to compare it
            with. The adapter stays registered in the last two cases.
        ModelUnavailable: the server does not answer.
        ToolFailed: the registry cannot be written.
    """
    trained = read_run(run)
    on = found_in(registry.read(), base) if base else base_of(registry.read(), trained)
    entry = registry.add_adapter(trained.best, name, on.name, source=f"training run {run.absolute()}")
    for score in trained.scores:
        entry = registry.score(name, score)
    said: list[str] = []

    def reason(contents: Contents) -> str:
        better, why = compare(contents, entry)
        if not better and not force:
            raise _not_live(name, why, already=contents.live(entry.base) == name)
        said.append(why)
        return why

    done = use(registry, name, reached, reason)
    return Promoted(done, f"{name}: {said[0]}.")


def _not_live(name: str, why: str, *, already: bool) -> InvalidInput:
    if already:
        return InvalidInput("run", f"{name} is live already.")
    return InvalidInput(
        "run",
        f"{name} is registered, but not live: {why}.",
        f"If you want it all the same: acrisol model use {name}",
    )


def compare(contents: Contents, entry: Entry) -> tuple[bool, str]:
    """Whether an adapter is better than what is live on its base model, and why in words.

    Scores are compared where suite, metric and number of problems are the same. All that can be compared must
    be at least as good, and one of them better.
    """
    live = contents.live(entry.base)
    other = found_in(contents, live or entry.base)
    if other.name == entry.name:
        return False, "it is live already"
    called = other.name if live != BASE else f"{other.name} without an adapter"
    known = {score.measured: score for score in other.scores}
    pairs = [(score, known[score.measured]) for score in entry.scores if score.measured in known]
    if not pairs:
        wanted = ", ".join(_named(score) for score in entry.scores) or "anything"
        return False, f"{called} was not measured at {wanted}, so that nothing can be compared"
    worse = [pair for pair in pairs if pair[0].value < pair[1].value]
    better = [pair for pair in pairs if pair[0].value > pair[1].value]
    shown = (worse or better or pairs)[0]
    words = f"{_named(shown[0])} is {shown[0].value:.1%} against {shown[1].value:.1%} of {called}"
    return bool(better) and not worse, words


def base_of(contents: Contents, trained: Trained) -> Entry:
    """The registered model that a run was made from.

    Raises:
        InvalidInput: none is, or more than one.
    """
    models = [entry for entry in contents.entries if entry.kind == "model"]
    same = [entry for entry in models if trained.base == entry.name or added_from(entry, trained.base)]
    if len(same) == 1:
        return same[0]
    known = f"one of {', '.join(entry.name for entry in models[:10])}" if models else "its name"
    raise InvalidInput(
        "base",
        f"It was trained on {trained.base[:200]!r}, which is not registered.",
        f"Register that with 'acrisol model add', or give --base with {known}.",
    )


def _named(score: Score) -> str:
    of = f" over {score.problems} problems" if score.problems else ""
    return f"{score.suite} {score.metric}{of}"
