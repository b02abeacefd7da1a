"""What lists share: links that keep what was asked for."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query

from verifiers.domain import Language, Value
from worker.states import JobState
from worker.store.reading import Filters


class Wanted(Value):
    """What somebody wants to see of a list; empty is everything."""

    state: JobState | Literal[""] = ""
    language: Language | Literal[""] = ""
    text: str = ""
    cursor: str = ""

    @property
    def states(self) -> tuple[JobState, ...]:
        """As the store wants them."""
        return (self.state,) if self.state else ()

    @property
    def filters(self) -> Filters:
        """As the store wants them."""
        return Filters(language=self.language or None, text=self.text)

    def link(self, address: str, **other: str) -> str:
        """The same list from its beginning, with something changed."""
        return link(address, **{**self.model_dump(mode="json", exclude={"cursor"}), **other})


def link(address: str, **query: str | None) -> str:
    """An address with what is given of a query."""
    given = {name: text for name, text in query.items() if text}
    return f"{address}?{urlencode(given)}" if given else address


def _wanted(
    state: Annotated[JobState | Literal[""], Query()] = "",
    language: Annotated[Language | Literal[""], Query()] = "",
    text: Annotated[str, Query(max_length=120)] = "",
    cursor: Annotated[str, Query(max_length=64)] = "",
) -> Wanted:
    return Wanted(state=state, language=language, text=text, cursor=cursor)


WantedDep = Annotated[Wanted, Depends(_wanted)]
