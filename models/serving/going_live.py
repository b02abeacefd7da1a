"""Which adapter is live: in the registry, and on the server that runs.

A server serves each adapter by its own name. Beside these stands :data:`LIVE`, which is the live adapter's
weights under a name that stays: who asks for that follows every change without being started again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from models.serving.blank import write_blank
from models.serving.command import rank_for
from models.serving.entries import BASE, LIVE, Change, Contents, Entry
from models.serving.files import verify
from models.serving.registry import Registry, found_in
from models.serving.running import RunningServer
from models.serving.server_api import ServerApi
from verifiers.errors import AcrisolError, InvalidInput, ToolFailed


class Reached(NamedTuple):
    """A server that runs, and the way to it."""

    server: RunningServer
    api: ServerApi


class Done(NamedTuple):
    """What became live.

    Attributes:
        base: Of which base model.
        adapter: The adapter's name, or :data:`~models.serving.entries.BASE`.
        before: What was live until then.
        served: A server serves it by now; else one does when it is started.
    """

    base: str
    adapter: str
    before: str
    served: bool


Reason = str | Callable[[Contents], str]
"""For the history; or what works it out of the registry as it is then, and may refuse by an exception."""


def use(registry: Registry, name: str, reached: Reached | None, reason: Reason = "") -> Done:
    """Make an adapter live, or with a base model's name the base model as it is.

    Args:
        registry: Where it is registered.
        name: Its name.
        reached: The server that runs, if one does.
        reason: Why.

    Raises:
        InvalidInput: there is none of that name, its files are not those that were added, or the server
            refuses it.
        ModelUnavailable: the server does not answer; nothing was changed.
        ToolFailed: the registry cannot be written.
    """

    def choose(contents: Contents) -> tuple[str, str]:
        entry = found_in(contents, name)
        return (entry.name, BASE) if entry.kind == "model" else (entry.base, entry.name)

    return _change(registry, choose, "use", reached, reason)


def rollback(registry: Registry, base: str | None, reached: Reached | None, reason: str = "") -> Done:
    """Make live what was live before; once more goes back one further.

    Args:
        registry: Where it is registered.
        base: Of which base model; None for the server's, or the one that was changed last.
        reached: The server that runs, if one does.
        reason: For the history.

    Raises:
        InvalidInput: there is nothing to go back to, or as for :func:`use`.
        ModelUnavailable: as for :func:`use`.
        ToolFailed: as for :func:`use`.
    """

    def choose(contents: Contents) -> tuple[str, str]:
        name = base or (reached.server.base if reached else "")
        name = name or (contents.history[-1].base if contents.history else "")
        lived = contents.lived(found_in(contents, name).name) if name else ()
        if len(lived) < 2:
            raise InvalidInput(
                "base", "There is nothing to go back to: no adapter was live.", "acrisol model list"
            )
        return name, lived[-2]

    return _change(registry, choose, "rollback", reached, reason)


def restore(registry: Registry, base: str, reached: Reached, also: Sequence[str] = ()) -> str:
    """Load what is live on a server that has come up, then adapters beside it; returns the live one's name.

    What was removed since it was asked for is left out.

    Raises:
        InvalidInput: an adapter cannot be trusted, or is refused; those before it are served.
        ModelUnavailable: the server does not answer.
    """
    with registry.exclusive() as contents:
        live = contents.live(base)
        _put_in_place(registry, contents, base, BASE, reached)
        if live != BASE:
            _put_in_place(registry, contents, base, live, reached)
        for entry in filter(None, map(contents.find, also)):
            _load(entry, reached)
        return live


def name_to_ask(base: Entry | None, live: str) -> str:
    """By which name requests get whatever is live: :data:`LIVE`, or the base model's own.

    Args:
        base: The base model; of one without files no adapter can be made that changes nothing.
        live: The live adapter's name, or :data:`~models.serving.entries.BASE`.
    """
    return LIVE if base is None or base.files or live != BASE else base.name


def _change(
    registry: Registry,
    choose: Callable[[Contents], tuple[str, str]],
    kind: Literal["use", "rollback"],
    reached: Reached | None,
    reason: Reason,
) -> Done:
    done: list[Done] = []

    def change(contents: Contents) -> Contents:
        # Under the registry's lock: of two commands at a time the server sees one after the other, as the
        # history does.
        base, adapter = choose(contents)
        why = reason if isinstance(reason, str) else reason(contents)
        if adapter != BASE:
            verify(found_in(contents, adapter))
        served = reached is not None and reached.server.base == base
        if reached is not None and served:
            _put_in_place(registry, contents, base, adapter, reached)
        done.append(Done(base, adapter, contents.live(base), served))
        digest = found_in(contents, adapter).digest if adapter != BASE else ""
        return contents.then(
            Change(base=base, adapter=adapter, digest=digest, kind=kind, reason=why, at=registry.now())
        )

    registry.change(change)
    return done[0]


def _put_in_place(registry: Registry, contents: Contents, base: str, adapter: str, reached: Reached) -> None:
    """Let the live name stand for an adapter, or for the base model."""
    if adapter != BASE:
        entry = found_in(contents, adapter)
        _load(entry, reached)
        reached.api.load(LIVE, entry.path)
        return
    on = found_in(contents, base)
    blank = registry.folder / "blank" / (on.digest[:16] or "none")
    try:
        made = bool(on.files) and write_blank(Path(on.path), blank)
    except OSError as error:
        raise ToolFailed(f"{blank} cannot be written ({error.strerror}).", "Free some disk space.") from error
    if made:
        reached.api.load(LIVE, str(blank))
    else:
        reached.api.unload(LIVE)


def _load(entry: Entry, reached: Reached) -> None:
    """Load an adapter under its own name and let it write a token."""
    if entry.base != reached.server.base:
        raise InvalidInput(
            "adapter",
            f"{entry.name} is an adapter of {entry.base or 'nothing'}, and {reached.server.base} is served.",
        )
    if entry.rank > reached.server.max_rank:
        raise InvalidInput(
            "adapter",
            f"{entry.name} has rank {entry.rank}, and the server takes {reached.server.max_rank} at most.",
            f"Start it anew with --max-rank {rank_for(entry.rank)}.",
        )
    verify(entry)
    reached.api.load(entry.name, entry.path)
    try:
        reached.api.try_out(entry.name)
    except AcrisolError:
        reached.api.unload(entry.name)
        raise
