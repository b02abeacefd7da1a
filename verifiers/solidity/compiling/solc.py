"""Runs a compiler in the sandbox and tells apart how that can end. Says nothing about what it answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifiers.domain import Status
from verifiers.errors import ToolFailed
from verifiers.sandbox.environments import SOLIDITY
from verifiers.sandbox.protocol import ExecResult, Job, Limits, Sandbox
from verifiers.solidity.toolchain import INSTALL_HINT, Compiler

MEMORY_BYTES = 2 * 2**30
_OUTPUT_BYTES = 64 * 2**20
# The wall-clock time is what ends a compiler. This is the same for all jobs, so that one that was started
# ahead can serve any of them.
_CPU_S = 3600
_BROKE = 70  # our own command's exit code for a compiler that broke; see solcjs/solc.js
_KILLED = 128


@dataclass(frozen=True)
class Answer:
    """The compiler's standard JSON output, and where it was made."""

    text: str
    isolation: str


@dataclass(frozen=True)
class Stopped:
    """The compiler gave no answer.

    Attributes:
        status: ``incomplete`` if a limit ended it, ``error`` if it broke on this source.
        reason: In words.
        isolation: Where it ran.
    """

    status: Status
    reason: str
    isolation: str


def standard_input(sources: Mapping[str, str], settings: Mapping[str, Any]) -> bytes:
    """A standard JSON request, in one line. All sources are in it: the compiler is given no file to read."""
    request = {
        "language": "Solidity",
        "sources": {path: {"content": content} for path, content in sources.items()},
        "settings": dict(settings),
    }
    return json.dumps(request).encode() + b"\n"


def run_solc(sandbox: Sandbox, compiler: Compiler, request: bytes, seconds: float) -> Answer | Stopped:
    """Compile in a fresh sandbox, with a compiler that is loaded already where one waits.

    Args:
        sandbox: Where.
        compiler: Which.
        request: See :func:`standard_input`.
        seconds: Wall-clock limit.

    Raises:
        ToolFailed: the compiler could not be started.
        SandboxUnavailable: see :class:`verifiers.sandbox.protocol.Sandbox`.
    """
    limits = Limits(
        wall_s=max(0.1, seconds),
        cpu_s=_CPU_S,
        memory_bytes=MEMORY_BYTES,
        output_bytes=_OUTPUT_BYTES,
    )
    argv = (compiler.program, "--standard-json")
    job = Job(
        environment=SOLIDITY,
        argv=argv,
        stdin=request,
        ahead=None if compiler.native else (*argv, "--ahead"),  # a native one has nothing to load
        limits=limits,
    )
    return _interpret(sandbox.run(job), compiler, seconds)


def _interpret(result: ExecResult, compiler: Compiler, seconds: float) -> Answer | Stopped:
    name, where = f"solc {compiler.version}", result.isolation
    if result.timed_out:
        return Stopped(Status.INCOMPLETE, f"{name} did not end within {seconds:.1f} s", where)
    if result.out_of_memory:
        return Stopped(Status.INCOMPLETE, f"{name} needed more than {MEMORY_BYTES >> 20} MiB", where)
    if result.truncated:
        return Stopped(Status.INCOMPLETE, f"{name} wrote more than {_OUTPUT_BYTES >> 20} MiB", where)
    code = result.exit_code
    said = (result.stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1][:300]
    if code == _BROKE or (code is not None and code > _KILLED):
        return Stopped(
            Status.ERROR, f"{name} broke on this source ({said or f'signal {(code or 0) - _KILLED}'})", where
        )
    if code != 0:
        raise ToolFailed(f"{name} could not be run (exit {code}: {said}).", INSTALL_HINT)
    return Answer(result.stdout.decode("utf-8", "replace"), where)
