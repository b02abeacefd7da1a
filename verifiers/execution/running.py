"""Sending a judge and a guest into their sandboxes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verifiers.domain import SourceFile
from verifiers.execution.package import command, harness_files, preload
from verifiers.execution.plan import HIDDEN
from verifiers.execution.report import read_report
from verifiers.execution.run import STARTUP_S, Run, TestLimits
from verifiers.sandbox.protocol import ExecResult, Job, Limits, LinkedResult, Preload, Sandbox

ENVIRONMENT = "python"
CANDIDATE_FOLDER = f"{HIDDEN}/candidate"
REPORT_BYTES = 32 * 2**20


@dataclass(frozen=True)
class Plan:
    """What the judge is told.

    Attributes:
        tests: The test files, by path; the judge's sandbox holds nothing else.
        candidate: The candidate's files, by path; the guest's sandbox holds nothing else.
        config: See ``harness/judge.py``.
    """

    tests: Mapping[str, SourceFile]
    candidate: Mapping[str, SourceFile]
    config: dict[str, Any] = field(default_factory=dict)


def run_apart(sandbox: Sandbox, plan: Plan, limits: TestLimits, seconds: float) -> Run:
    """Run the tests with the candidate in a sandbox of its own.

    Raises:
        SandboxUnavailable: no sandbox could be had.
    """
    nonce = secrets.token_hex(16)
    wall = min(limits.wall_s, max(seconds, STARTUP_S + 0.5))
    config = {**plan.config, "shared": False, "nonce": nonce, "wall_s": wall - STARTUP_S}
    judge = Job(
        environment=ENVIRONMENT,
        argv=command("judge"),
        files={**_contents(plan.tests), **_harness(config)},
        env=_quiet(),
        preload=_judges_preload(plan),
        limits=Limits(
            wall_s=wall,
            cpu_s=int(wall) + 1,
            memory_bytes=limits.memory_bytes,
            pids=64,
            output_bytes=REPORT_BYTES,
        ),
    )
    guest = Job(
        environment=ENVIRONMENT,
        argv=command("guest"),
        files={**_contents(plan.candidate), **harness_files()},
        env=_quiet(),
        preload=preload("guest"),
        limits=Limits(
            wall_s=wall,
            cpu_s=limits.cpu_s,
            memory_bytes=limits.memory_bytes,
            pids=limits.pids,
            output_bytes=65536,
        ),
    )
    linked = sandbox.run_linked(judge, guest)
    return Run(read_report(linked.judge.stderr, nonce), linked, wall)


def run_shared(sandbox: Sandbox, plan: Plan, limits: TestLimits, seconds: float) -> Run:
    """Run the tests in one process with the candidate: weaker evidence.

    Raises:
        SandboxUnavailable: no sandbox could be had.
    """
    nonce = secrets.token_hex(16)
    wall = min(limits.wall_s, max(seconds, STARTUP_S + 0.5))
    config = {**plan.config, "shared": True, "nonce": nonce, "candidate_folder": CANDIDATE_FOLDER}
    candidate = {f"{CANDIDATE_FOLDER}/{path}": content for path, content in _contents(plan.candidate).items()}
    job = Job(
        environment=ENVIRONMENT,
        argv=command("judge"),
        files={**candidate, **_contents(plan.tests), **_harness(config)},
        env=_quiet(),
        preload=_judges_preload(plan),
        limits=Limits(
            wall_s=wall, cpu_s=limits.cpu_s, memory_bytes=limits.memory_bytes, pids=limits.pids,
            output_bytes=REPORT_BYTES,
        ),
    )  # fmt: skip
    result: ExecResult = sandbox.run(job)
    left = result.exit_code != 0
    linked = LinkedResult(judge=result, guest=result, guest_left_first=left)
    return Run(read_report(result.stderr, nonce), linked, wall)


def _judges_preload(plan: Plan) -> Preload:
    needs_pytest = any(plan.config[kind] for kind in ("pytest_files", "doctests", "doctest_files"))
    return preload("with_pytest" if needs_pytest else "judge")


def _contents(files: Mapping[str, SourceFile]) -> dict[str, bytes]:
    return {path: file.content.encode() for path, file in files.items()}


def _harness(config: dict[str, Any]) -> dict[str, bytes]:
    return {**harness_files(), f"{HIDDEN}/judge.json": json.dumps(config).encode()}


def _quiet() -> dict[str, str]:
    return {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
