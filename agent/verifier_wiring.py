"""From settings to verifiers and the sandbox they use: the wiring without a model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from agent.settings import AgentSettings
from verifiers.errors import ToolMissing
from verifiers.execution.languages.table import language_environments
from verifiers.registry import build_verifiers
from verifiers.sandbox.docker import DEFAULT_ENGINE
from verifiers.sandbox.environments import Environment, build_environments
from verifiers.sandbox.protocol import Sandbox
from verifiers.sandbox.selection import open_sandbox
from verifiers.solidity.toolchain import SolidityToolchain, discover
from verifiers.verifier import Verifier


@contextmanager
def open_verifiers(settings: AgentSettings) -> Iterator[tuple[Verifier, ...]]:
    """The verifiers alone, for code that is there already.

    Raises:
        SandboxUnavailable: no sandbox can be had.
    """
    toolchain = solidity_toolchain(settings)
    sandbox = chosen_sandbox(settings, environments(settings, toolchain))
    try:
        yield build_verifiers(sandbox, toolchain, settings.packages)
    finally:
        sandbox.close()


def solidity_toolchain(settings: AgentSettings) -> SolidityToolchain:
    """The Solidity tools; an empty toolchain, which says so when it is used, where there are none."""
    try:
        return discover(settings.tools.expanduser())
    except ToolMissing:
        return SolidityToolchain()


def environments(settings: AgentSettings, toolchain: SolidityToolchain) -> dict[str, Environment]:
    """The sandbox environments of this machine."""
    return build_environments(
        solidity_binds=toolchain.binds,
        solidity_path=toolchain.path,
        languages=language_environments(settings.tools.expanduser()),
        tools=settings.tools.expanduser(),
    )


def chosen_sandbox(settings: AgentSettings, table: Mapping[str, Environment]) -> Sandbox:
    """The sandbox that the settings ask for.

    Raises:
        SandboxUnavailable: it cannot be had.
    """
    return open_sandbox(
        settings.sandbox,
        table,
        docker_host=docker_host(),
        runtime=settings.docker_runtime,
        most_running=settings.docker_most_running,
        wait_s=settings.docker_wait_s,
    )


def docker_host() -> str:
    """The engine that ``DOCKER_HOST`` names, else the usual one."""
    return os.environ.get("DOCKER_HOST") or DEFAULT_ENGINE
