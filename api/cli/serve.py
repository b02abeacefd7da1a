"""``acrisol serve``: the HTTP API and a worker in one command."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from api.cli.exits import reported_errors
from api.cli.rendering import plain
from api.serve import serve as run_server
from api.settings import ApiSettings
from verifiers.validation import invalid_input
from worker.observing.logs import configure
from worker.settings import WorkerSettings
from worker.webhooks.rules import WebhookSettings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; default 8000, 0 for a free one.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(help="Tasks that are worked on at a time; 0 for the API alone.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="As for acrisol solve.")] = None,
    model_name: Annotated[str | None, typer.Option(help="The model's name at that URL.")] = None,
    sandbox: Annotated[str | None, typer.Option(help="auto, docker or bubblewrap.")] = None,
) -> None:
    """Serve the API with a worker until Ctrl-C: SQLite, and a private Redis unless REDIS_URL is set."""
    console = Console(highlight=False)
    options = {"ACRISOL_MODEL": model, "ACRISOL_MODEL_NAME": model_name, "ACRISOL_SANDBOX": sandbox}
    with reported_errors(Console(stderr=True, highlight=False)):
        try:
            api = ApiSettings(**_given(host=host, port=port))
            worker = WorkerSettings(**_given(concurrency=concurrency))
            webhooks = WebhookSettings().rules
            configure(worker.log_level, worker.log_format)
        except ValidationError as error:
            raise invalid_input(error) from error
        run_server(
            api,
            worker,
            on_ready=lambda url: console.print(
                plain(f"Acrisol answers on {url} (documentation: {url}/docs). Ctrl-C stops it."),
                soft_wrap=True,
            ),
            on_first_key=lambda path: console.print(
                plain(f"A first API key was made, for this machine's user only: {path}"), soft_wrap=True
            ),
            environment={name: value for name, value in options.items() if value is not None},
            webhooks=webhooks,
        )


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
