"""``acrisol model serve``: vLLM with adapters, looked after until Ctrl-C."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from rich.console import Console

from agent.settings import AgentSettings
from api.cli.exits import reported_errors
from api.cli.rendering import plain
from models.serving.command import Launch
from models.serving.going_live import name_to_ask
from models.serving.interpreter import find_python
from models.serving.registry import Registry
from models.serving.running import RunningServer, key_file
from models.serving.serve import ServeRequest, prepare
from models.serving.serve import serve as run_server
from models.serving.supervisor import Patience
from verifiers.errors import InvalidInput, ToolMissing
from verifiers.validation import invalid_input


def serve(
    model: Annotated[
        str | None,
        typer.Option(help="A registered model, a checkpoint folder, or a name that vLLM fetches."),
    ] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(help="A registered adapter or its folder; the first of several becomes live."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on, 0 for a free one.")] = 8001,
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option(help="What computes; auto looks for NVIDIA's driver.")
    ] = "auto",
    dtype: Annotated[
        str | None, typer.Option(help="auto, float32, bfloat16 or float16; by the device if not given.")
    ] = None,
    max_rank: Annotated[int | None, typer.Option(help="Largest rank of adapters to come.")] = None,
    max_adapters: Annotated[int, typer.Option(help="Adapters that are kept ready at a time.")] = 4,
    context: Annotated[int | None, typer.Option(help="Longest prompt and answer, in tokens.")] = None,
    cache_gib: Annotated[int, typer.Option(help="Memory for keys and values on a CPU, in GiB.")] = 2,
    gpus: Annotated[int, typer.Option(help="GPUs that share the model.")] = 1,
    gpu_memory: Annotated[float, typer.Option(help="Share of each GPU's memory to use.")] = 0.9,
    vllm_python: Annotated[
        Path | None, typer.Option(help="vLLM's interpreter, if not of scripts/install-vllm.")
    ] = None,
    vllm: Annotated[
        str, typer.Option(help="Further arguments for vLLM, as one text: '--quantization awq'.")
    ] = "",
    start_timeout: Annotated[float, typer.Option(help="Seconds that loading may take.", min=1)] = 900.0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not pass vLLM's log on.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the command and start nothing.")] = False,
) -> None:
    """Serve a model and its adapters with vLLM until Ctrl-C: OpenAI-compatible, restarted when it dies."""
    errors = Console(stderr=True, highlight=False)
    with reported_errors(errors):
        settings = AgentSettings()
        registry = Registry(settings.home / "models")
        try:
            extra = tuple(shlex.split(vllm))
        except ValueError as error:
            raise InvalidInput("vllm", f"is no command line: {error}.") from error
        try:
            request = ServeRequest(
                model=model,
                adapters=tuple(adapter or ()),
                host=host,
                port=port,
                device=None if device == "auto" else device,
                dtype=dtype,
                max_rank=max_rank,
                max_adapters=max_adapters,
                context=context,
                cache_gib=cache_gib,
                gpus=gpus,
                gpu_memory=gpu_memory,
                extra=extra,
            )
        except ValidationError as error:
            raise invalid_input(error) from error
        python = _python(vllm_python, settings.tools, dry_run)
        prepared = prepare(registry, request, python)
        if dry_run:
            _print_command(prepared.launch)
            return
        with _told_to_stop() as stop:
            run_server(
                registry,
                prepared,
                say=lambda sentence: errors.print(plain(sentence), soft_wrap=True),
                on_line=lambda line: None if quiet else errors.print(plain(line, "dim"), soft_wrap=True),
                on_ready=lambda server, live: _print_ready(
                    server, live, name_to_ask(prepared.base, live), key_file(registry.folder)
                ),
                stop=stop,
                patience=Patience(start_s=start_timeout),
            )


def _python(given: Path | None, tools: Path, dry_run: bool) -> Path:
    try:
        return find_python(given, tools)
    except ToolMissing:
        if not dry_run:
            raise
        return (given or tools / "vllm" / "bin" / "python").absolute()


def _print_command(launch: Launch) -> None:
    typer.echo(launch.shown())


def _print_ready(server: RunningServer, live: str, name: str, key: Path) -> None:
    console = Console(highlight=False)
    console.print(
        plain(f"{server.base} is served on {server.url}, live: {live or 'the base model'}. Ctrl-C stops it."),
        soft_wrap=True,
    )
    console.print(
        plain(
            f"For the agent: export ACRISOL_MODEL={server.url}/v1 ACRISOL_MODEL_NAME={name} "
            f'ACRISOL_MODEL_API_KEY="$(cat {shlex.quote(str(key))})"'
        ),
        soft_wrap=True,
    )


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
