"""What lists share: filters by state, as links."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from api.page.words import word


def state_filters(address: str, states: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    """Address, value and name of each filter; the empty state stands for all."""
    return tuple(
        (f"{address}?{urlencode({'state': state})}", state, word(state)) if state else (address, "", "all")
        for state in states
    )
