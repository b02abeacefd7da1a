"""How the server that runs here fares: what it serves, what is live, how busy it is."""

from __future__ import annotations

import time
from collections.abc import Callable

from models.errors import ModelUnavailable
from models.serving.going_live import Reached, name_to_ask
from models.serving.load_figures import ServerLoad, parse_load
from models.serving.registry import Registry
from verifiers.domain import Value


class ServerState(Value):
    """A server's state.

    Attributes:
        url: Where it answers.
        healthy: It answers and its engine lives.
        base: The base model's name.
        live: The live adapter's name; empty for the base model as it is.
        in_step: The server serves what the registry calls live by its name, and something by the live name
            where there can be such a thing (see :func:`~models.serving.going_live.name_to_ask`).
        serves: All names that can be asked for.
        load: Its numbers; None where it does not answer.
        tokens_per_second: Generated over the time that was looked at.
        seconds: That time.
    """

    url: str
    healthy: bool
    base: str
    live: str
    in_step: bool = False
    serves: tuple[str, ...] = ()
    load: ServerLoad | None = None
    tokens_per_second: float = 0.0
    seconds: float = 0.0


def look(
    registry: Registry,
    reached: Reached,
    seconds: float,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> ServerState:
    """Look at a server for some time.

    Args:
        registry: What should be live.
        reached: The server.
        seconds: How long, for the rate of tokens.
        sleep: Waits.
        clock: Seconds.

    Raises:
        ModelUnavailable: it answers, but not as vLLM does, or refuses the key.
    """
    server, api = reached
    contents = registry.read()
    live = contents.live(server.base)
    if not api.healthy():
        return ServerState(url=server.url, healthy=False, base=server.base, live=live)
    before, began = parse_load(api.metrics()), clock()
    names = api.names()
    sleep(seconds)
    after, passed = parse_load(api.metrics()), clock() - began
    return ServerState(
        url=server.url,
        healthy=True,
        base=server.base,
        live=live,
        in_step={live or server.base, name_to_ask(contents.find(server.base), live)} <= set(names),
        serves=names,
        load=after,
        tokens_per_second=after.tokens_per_second(before, passed),
        seconds=passed,
    )


def checked(state: ServerState) -> ServerState:
    """The state itself.

    Raises:
        ModelUnavailable: the server does not answer.
    """
    if not state.healthy:
        raise ModelUnavailable(
            f"The model server at {state.url} does not answer.", "It starts, or look where it runs."
        )
    return state
