"""``acrisol serve``: the API and a worker in one command."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from api.app import create_app
from api.deps import Services
from api.draining import DrainingServer
from api.errors import CannotListen
from api.local_key import make_first_key
from api.openai.filling import LazyFiller
from api.openai.places import Places
from api.routes import platforms
from api.settings import ApiSettings
from api.tracing import tracing
from verifiers.audit_check import check_audit
from verifiers.registry import check_task
from worker.limits import RateLimiter
from worker.service import WORKER_COMMAND, WorkerService
from worker.settings import WorkerSettings
from worker.webhooks.rules import WebhookRules

if TYPE_CHECKING:
    from agent.filling import Filler

_LOG = logging.getLogger(__name__)
_RULES = WebhookRules()
_DRAIN_S = 5  # for requests that are being answered when the server is told to end


def serve(
    api: ApiSettings,
    worker: WorkerSettings,
    *,
    on_ready: Callable[[str], None],
    on_first_key: Callable[[Path], None] | None = None,
    environment: Mapping[str, str] | None = None,
    worker_command: Sequence[str] = WORKER_COMMAND,
    webhooks: WebhookRules = _RULES,
) -> None:
    """Serve the API and run a worker until SIGINT or SIGTERM; then stop both in order.

    To be called from the main thread.

    Args:
        api: Where to listen, and limits.
        worker: Database, broker and worker.
        on_ready: Called with the URL once requests are answered.
        on_first_key: Called with the file of this machine's own API key, if it was made just now.
        environment: Variables for the worker process beyond this process's own: ``ACRISOL_MODEL``, say.
        worker_command: Starts the worker process.
        webhooks: Where webhooks may be posted to.

    Raises:
        CannotListen: the address is taken or cannot be used.
        StoreUnavailable: the database cannot be used.
        KeyNotKept: the first API key cannot be written to its file.
        ToolMissing: no Redis is named and ``redis-server`` is not installed.
        ToolFailed: the private Redis does not start.
    """
    with (
        _told_to_stop() as stop,
        tracing(worker) as traces,
        _listening(api.host, api.port) as listener,
        WorkerService(worker, worker_command, environment, webhooks) as service,
        closing(LazyFiller(partial(_open_filler, environment or {}))) as filler,
    ):
        first_key = make_first_key(service.database, worker.home)
        services = Services(
            service.database,
            service.broker,
            worker.wake_after_s,
            check_task,
            check_audit,
            webhooks=webhooks,
            metrics=service.metrics,
            accepted=traces.accepted,
            forget=service.forget,
            chat_wait_s=api.chat_wait_s,
            places=Places(api.chats),
            filler=filler,
            fill_places=Places(api.fills),
            limiter=RateLimiter(service.broker.url, api.per_minute, api.failures_per_minute),
        )
        app = create_app(
            services, max_body_bytes=api.max_body_bytes, hosts=api.hosts, origins=api.cors_origins
        )
        service.metrics.register(app.state.http_metrics.registry)
        traces.install(app)
        platforms.install(app, api.health_route, api.predict_route)
        config = uvicorn.Config(
            app,
            log_config=None,  # ours
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_DRAIN_S,
        )
        if stop.is_set():  # while Redis was starting
            return
        on_ready(_url(api.host, listener))  # from here on connections wait in the socket's backlog
        if first_key is not None and on_first_key is not None:
            on_first_key(first_key)
        # What is loaded by now stays. To look through it for garbage took 0.1 s, with all requests waiting.
        gc.collect()
        gc.freeze()
        DrainingServer(config, services.draining, api.drain_s).run(sockets=[listener])


def _open_filler(environment: Mapping[str, str]) -> AbstractContextManager[Filler]:
    from agent.fill_wiring import open_filler  # with the model's client, which takes a second to import
    from agent.settings import AgentSettings

    # By name, as the worker reads them from its environment: they come before this process's own.
    given: dict[str, Any] = {
        name.removeprefix("ACRISOL_").lower(): value for name, value in environment.items()
    }
    return open_filler(AgentSettings(**given))


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    # Uvicorn handles the signals while it runs, and raises them again when it has ended. By default that
    # would end the process before the worker was stopped.
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(
            f"{host!r} is not an address of this machine.", "Choose another with --host."
        ) from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(2048)
        except OSError as error:
            raise CannotListen(
                f"The server cannot listen on {host}, port {port}: {error.strerror}.",
                "Stop what runs there, or choose another with --port.",
            ) from error
        yield listener


def _url(host: str, listener: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listener.getsockname()[1]}"
