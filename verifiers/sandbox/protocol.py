"""The sandbox contract: what a backend is given and what it owes.

Every backend promises, for every run: no network, a non-root user, an environment that holds only what the
job names, a read-only root, a private size-limited ``/work``, all capabilities dropped, no-new-privileges,
the whole process tree gone at the deadline, output drained while the job runs and capped. The conformance
suite in ``tests/`` holds each backend to it.
"""

from __future__ import annotations

from typing import Protocol, Self

from pydantic import ConfigDict, Field, model_validator

from verifiers.domain import Value

WORKDIR = "/work"


class Limits(Value):
    """What a job may use.

    Attributes:
        wall_s: Wall-clock seconds until the whole process tree is killed.
        cpu_s: CPU seconds of one process.
        memory_bytes: Resident memory of the job, swap included.
        pids: Processes and threads at a time.
        output_bytes: Kept of stdout and of stderr each; the rest is drained and thrown away.
        disk_bytes: Size of the private ``/work``, and of ``/tmp``.
        open_files: File descriptors a process.
    """

    wall_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    cpu_s: int = Field(default=10, ge=1)
    memory_bytes: int = Field(default=512 * 2**20, ge=2**20)
    pids: int = Field(default=64, ge=1)
    output_bytes: int = Field(default=2**20, ge=0)
    disk_bytes: int = Field(default=64 * 2**20, ge=4096)
    open_files: int = Field(default=256, ge=8)


class Job(Value):
    """A program to run in a fresh sandbox.

    Attributes:
        environment: Which tools the sandbox holds; a name from ``verifiers.sandbox.environments``.
        argv: Program and arguments; an absolute path or a name on the environment's PATH.
        files: Relative path under ``/work`` (the working directory) -> content.
        stdin: Fed to the program, then closed. Not allowed in a linked run.
        env: The whole environment of the program, beyond PATH, HOME, LANG and TMPDIR.
        limits: See :class:`Limits`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    environment: str
    argv: tuple[str, ...] = Field(min_length=1)
    files: dict[str, bytes] = Field(default={})
    stdin: bytes = b""
    env: dict[str, str] = Field(default={})
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if any("\0" in text for text in (*self.argv, *self.env.values())):
            raise ValueError("a program's arguments and environment hold no NUL character")
        if not all(name.isidentifier() and name.isascii() for name in self.env):
            raise ValueError("environment variables have names of ASCII letters, digits and underscores")
        return self


class ExecResult(Value):
    """What became of a job.

    Attributes:
        exit_code: The program's exit code; ``128 + n`` if signal n ended it; None if the deadline did.
        stdout: The first ``output_bytes`` of it.
        stderr: The first ``output_bytes`` of it.
        timed_out: The wall-clock deadline ended it.
        out_of_memory: The memory limit was hit (also when only a child died of it).
        truncated: stdout or stderr was longer than was kept.
        wall_s: Wall-clock seconds from the program's start to its end.
        cpu_s: CPU seconds of the process tree, None where the backend cannot tell.
        memory_peak_bytes: None where the backend cannot tell.
        isolation: What separated the program from the host, such as ``bubblewrap 0.8.0 (cgroup, seccomp)``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    exit_code: int | None
    stdout: bytes = b""
    stderr: bytes = b""
    timed_out: bool = False
    out_of_memory: bool = False
    truncated: bool = False
    wall_s: float = 0.0
    cpu_s: float | None = None
    memory_peak_bytes: int | None = None
    isolation: str = ""


class LinkedResult(Value):
    """What became of a judge and the guest it drove; see :meth:`Sandbox.run_linked`.

    Attributes:
        judge: The judge's end. Its ``stdout`` holds what it reported to the host.
        guest: The guest's end.
        guest_left_first: The guest ended although the judge had not yet closed the link.
    """

    judge: ExecResult
    guest: ExecResult
    guest_left_first: bool


class Sandbox(Protocol):
    """Runs programs where they can do no harm. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """``docker``, ``bubblewrap`` or ``auto``."""
        ...

    def run(self, job: Job) -> ExecResult:
        """Run one job in a fresh sandbox and wait for its end.

        Raises:
            SandboxUnavailable: no sandbox could be had, or it broke while the job ran. Nothing is ever run
                without one.
        """
        ...

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """Run two jobs in two sandboxes that share nothing but one byte pipe in each direction.

        The judge writes frames to its stdout: one channel byte, a 4-byte big-endian length, the payload.
        Channel ``G``: the payload goes to the guest's stdin. Channel ``H``: the payload is appended to the
        report that comes back as ``LinkedResult.judge.stdout`` (up to the judge's ``output_bytes``). All
        that the guest writes to its stdout goes to the judge's stdin, unframed. The guest's end closes the
        judge's stdin; the judge's end kills the guest.

        Raises:
            SandboxUnavailable: as for :meth:`run`.
        """
        ...

    def close(self) -> None:
        """Give back whatever is held between runs; idempotent."""
        ...
