"""``acrisol model serve``: from what a person asks for to a server that is looked after."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from models.cpus import usable_cores
from models.serving.command import Device, Launch, ServerOptions, launch, rank_for
from models.serving.entries import Contents, Entry
from models.serving.files import verify
from models.serving.going_live import Reached, restore, use
from models.serving.interpreter import cpu_dtype, cpu_preloads, default_device
from models.serving.registry import Registry, added_from, found_in
from models.serving.running import RunningServer, announce, only_one, server_key
from models.serving.server_api import ServerApi
from models.serving.supervisor import Patience, Supervisor
from verifiers.domain import Value
from verifiers.errors import InvalidInput
from verifiers.validation import invalid_input

_LEAST_RANK = 16  # room for adapters that come later
_UNNAMED = frozenset({"best", "adapter", "checkpoint", "model"})  # a run's folder says more


class ServeRequest(Value):
    """What a person asks for; what is None is chosen by the machine and the registry.

    Attributes:
        model: A registered name, or what :meth:`~models.serving.registry.Registry.add_model` takes; None for
            the model that was used last.
        adapters: Registered names or folders; the first becomes live.
        host: Address to listen on.
        port: 0 for a free one.
        device: ``cpu`` or ``cuda``.
        dtype: See :class:`~models.serving.command.ServerOptions`, as for the rest.
        max_rank: At least that of the largest adapter there is for the model.
        max_adapters: As there.
        context: As there.
        cache_gib: As there.
        gpus: As there.
        gpu_memory: As there.
        extra: As there.
    """

    model: str | None = None
    adapters: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8001
    device: Device | None = None
    dtype: str | None = None
    max_rank: int | None = None
    max_adapters: int = 4
    context: int | None = None
    cache_gib: int = 2
    gpus: int = 1
    gpu_memory: float = 0.9
    extra: tuple[str, ...] = ()


class Prepared(NamedTuple):
    """All that is known before the server starts.

    Attributes:
        base: The base model.
        adapters: Names of the adapters that were asked for.
        options: What the server is to be.
        launch: How it is started.
        key: Its API key.
    """

    base: Entry
    adapters: tuple[str, ...]
    options: ServerOptions
    launch: Launch
    key: str


def prepare(registry: Registry, request: ServeRequest, python: Path) -> Prepared:
    """Register what is not, and make the command.

    Args:
        registry: The registry.
        request: What is asked for.
        python: vLLM's interpreter; need not be there.

    Raises:
        InvalidInput: something that was asked for is not there, is refused, or does not go together.
        ToolFailed: the registry cannot be read or written.
    """
    base = _base(registry, request.model)
    adapters = tuple(_adapter(registry, given, base) for given in request.adapters)
    contents = registry.read()
    ranks = (entry.rank for entry in contents.adapters_of(base.name))
    device = request.device or default_device()
    try:
        options = ServerOptions(
            model=base.path,
            name=base.name,
            host=request.host,
            port=request.port or _free_port(request.host),
            device=device,
            dtype=request.dtype or (cpu_dtype() if device == "cpu" else "auto"),
            max_rank=request.max_rank or rank_for(max(_LEAST_RANK, *ranks, 0)),
            max_adapters=request.max_adapters,
            context=request.context,
            cache_gib=request.cache_gib,
            threads=usable_cores(),
            gpus=request.gpus,
            gpu_memory=request.gpu_memory,
            extra=request.extra,
        )
    except ValidationError as error:
        raise invalid_input(error) from error
    key = server_key(registry.folder)
    preloads = cpu_preloads(python) if device == "cpu" else ()
    made = launch(options, str(python), key, inherited=os.environ, preloads=preloads)
    return Prepared(base, adapters, options, made, key)


def serve(
    registry: Registry,
    prepared: Prepared,
    *,
    say: Callable[[str], None],
    on_line: Callable[[str], None],
    on_ready: Callable[[RunningServer, str], None],
    stop: threading.Event,
    patience: Patience | None = None,
) -> None:
    """Serve until ``stop`` is set. To be called from the main thread.

    Args:
        registry: The registry.
        prepared: What to serve.
        say: Called with sentences for a person.
        on_line: Called with what vLLM prints; from another thread.
        on_ready: Called each time that the server has come up, with the live adapter's name (empty for none).
        stop: Ends it.
        patience: For how long what is waited for.

    Raises:
        InvalidInput: another server runs, the address is taken, or the model's files are not what was added.
        ModelUnavailable: it does not start, or dies too often.
        ToolFailed: the registry cannot be written.
    """
    options, base = prepared.options, prepared.base
    with only_one(registry.folder):
        _check_free(options.host, options.port)
        if base.files:
            say(f"Checking the {base.bytes / 1e9:.1f} GB of {base.name}.")
            verify(base)
        else:
            say(f"{base.name} is fetched by its name: its files are not checked.")
        server = RunningServer(url=_url(options), base=base.name, max_rank=options.max_rank, pid=os.getpid())
        reached = Reached(server, ServerApi(server.url, prepared.key))
        wanted = list(prepared.adapters[:1])

        def ready() -> None:
            announce(registry.folder, server)
            first = wanted.copy()
            wanted.clear()  # once: after a crash what has become live meanwhile is restored
            try:
                restore(registry, base.name, reached, prepared.adapters)
            finally:
                try:
                    for name in first:
                        use(registry, name, reached, "served with --adapter")
                finally:
                    on_ready(server, registry.read().live(base.name))

        say(f"Starting vLLM with {base.name} on {options.device}.")
        Supervisor(
            prepared.launch,
            lambda: reached.api.healthy(5.0),
            ready,
            say=say,
            on_line=on_line,
            stop=stop,
            patience=patience,
        ).run()


def name_for(path: str) -> str:
    """What a folder or a fetched model is called if its user says nothing."""
    parts = [part for part in re.split(r"[/\\]+", path.strip()) if part not in ("", ".", "..")]
    if len(parts) > 1 and parts[-1].lower() in _UNNAMED:
        parts.pop()
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", parts[-1] if parts else "").strip("-._")
    return cleaned[:64] or "model"


def _base(registry: Registry, given: str | None) -> Entry:
    contents = registry.read()
    if given is None:
        return found_in(contents, _last_base(contents))
    entry = contents.find(given) or _by_place(contents, given)
    if entry is None:
        return registry.add_model(given, name_for(given))
    if entry.kind == "adapter":
        raise InvalidInput(
            "model", f"{given} is an adapter.", f"acrisol model serve --model {entry.base} --adapter {given}"
        )
    return entry


def _by_place(contents: Contents, given: str) -> Entry | None:
    """The model that was added from there, whatever it is called."""
    models = (entry for entry in contents.entries if entry.kind == "model")
    return next((entry for entry in models if added_from(entry, given)), None)


def _last_base(contents: Contents) -> str:
    models = [entry.name for entry in contents.entries if entry.kind == "model"]
    used = [change.base for change in contents.history if change.base in models]
    if used or len(models) == 1:
        return (used or models)[-1]
    known = f"one of {', '.join(models[:10])}" if models else "a checkpoint folder"
    raise InvalidInput("model", "Which model is to be served?", f"Give --model with {known}.")


def _adapter(registry: Registry, given: str, base: Entry) -> str:
    entry = registry.read().find(given)
    if entry is None:
        if not os.path.isdir(os.path.expanduser(given)):
            raise InvalidInput(
                "adapter",
                f"{given[:200]!r} is neither a registered adapter nor a folder.",
                "acrisol model list",
            )
        return registry.add_adapter(Path(given), name_for(os.path.abspath(given)), base.name).name
    if entry.base != base.name:
        raise InvalidInput("adapter", f"{given} is not an adapter of {base.name}.", "acrisol model list")
    return entry.name


def _url(options: ServerOptions) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.host, options.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{options.port}"


def _free_port(host: str) -> int:
    with _bound(host, 0) as listener:
        return int(listener.getsockname()[1])


def _check_free(host: str, port: int) -> None:
    _bound(host, port).close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise InvalidInput("host", f"{host[:100]!r}, port {port}, is no address of this machine.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InvalidInput(
            "port",
            f"The model server cannot listen on {host}, port {port} ({error}).",
            "Stop what runs there, or choose another with --port; 0 takes a free one.",
        ) from error
    return listener
