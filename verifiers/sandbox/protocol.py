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
        files_bytes: Of the files that come back, together.
        files_count: Files that come back.
    """

    wall_s: float = Field(default=10.0, gt=0, allow_inf_nan=False)
    cpu_s: int = Field(default=10, ge=1)
    memory_bytes: int = Field(default=512 * 2**20, ge=2**20)
    pids: int = Field(default=64, ge=1)
    output_bytes: int = Field(default=2**20, ge=0)
    disk_bytes: int = Field(default=64 * 2**20, ge=4096)
    open_files: int = Field(default=256, ge=8)
    files_bytes: int = Field(default=16 * 2**20, ge=0)
    files_count: int = Field(default=1024, ge=0)


class Preload(Value):
    """Python code of the caller's own that many jobs begin with.

    A backend that can keeps an interpreter that has imported it and starts the job in a fork of that, behind
    the same walls as any other job; every other backend starts the program as always. The program cannot
    rely on either. It is never warm where its start could differ: for another program than a ``python3`` (the
    one on the PATH, or one in a folder of the environment's tools), or without a fixed ``PYTHONHASHSEED`` in
    its environment.

    The code is imported by a process that still has privileges. It is part of the caller, like the backend
    itself: nothing that anybody sent, generated or downloaded may be in it.

    Attributes:
        modules: What is imported, by full names; from ``files`` or from the environment.
        folder: Below ``/work``: where the modules are looked for first.
        files: Relative path under ``/work`` -> content, the same as in the job's own ``files``.
        import_only: Nothing reads these files but the import of the modules, so that a program that starts
            with them imported needs no copy of the files.
        on_the_clock: Waiting for an interpreter that is still importing counts against the job's ``wall_s``,
            as importing does where the program starts by itself. For jobs with a deadline of their own; not
            for those whose time-out would be held against somebody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    modules: tuple[str, ...] = Field(min_length=1)
    folder: str
    files: dict[str, bytes] = Field(default={})
    import_only: bool = False
    on_the_clock: bool = False


class Job(Value):
    """A program to run in a fresh sandbox.

    Attributes:
        environment: Which tools the sandbox holds; a name from ``verifiers.sandbox.environments``.
        argv: Program and arguments; an absolute path or a name on the environment's PATH.
        files: Relative path under ``/work`` (the working directory) -> content.
        stdin: Fed to the program, then closed. Not allowed in a linked run.
        env: The whole environment of the program, beyond PATH, HOME, LANG and TMPDIR.
        collect: Files that come back: relative paths below ``/work``, in which ``*`` and ``?`` are wildcards
            that match no slash and no leading dot; of a folder all that is in it. Costs nothing where empty.
            Not allowed in a linked run.
        preload: What the program imports first, where a backend may have that ready; see :class:`Preload`.
        ahead: Program and arguments that answer the same stdin in the same way, and that a backend which can
            has started before the job comes, in a sandbox of its own, with this job's files, environment and
            limits; the wall-clock time counts from the job's coming. Each such program serves one job. All
            other backends, and all jobs for which none is ready, start ``argv``. What the program does before
            it reads its stdin is the caller's own: the files are, too. Not for a linked run.
        limits: See :class:`Limits`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    environment: str
    argv: tuple[str, ...] = Field(min_length=1)
    files: dict[str, bytes] = Field(default={})
    stdin: bytes = b""
    env: dict[str, str] = Field(default={})
    collect: tuple[str, ...] = Field(default=(), max_length=64)
    preload: Preload | None = None
    ahead: tuple[str, ...] | None = Field(default=None, min_length=1)
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if any("\0" in text for text in (*self.argv, *(self.ahead or ()), *self.env.values())):
            raise ValueError("a program's arguments and environment hold no NUL character")
        if not all(name.isidentifier() and name.isascii() for name in self.env):
            raise ValueError("environment variables have names of ASCII letters, digits and underscores")
        if not all(_lies_inside(path) for path in self.collect):
            raise ValueError("files to collect have relative paths inside the working directory")
        if self.preload and not self.preload.files.items() <= self.files.items():
            raise ValueError("a job brings the files that it preloads")
        return self


def _lies_inside(path: str) -> bool:
    """Whether a path has plain parts only, none of which leads upwards."""
    return "\0" not in path and not {"", ".", ".."} & set(path.split("/"))


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
        files: Path below ``/work`` -> content, of what the job collects and what is a regular file with a
            name of printable characters. The program made all of it up: names and contents are hostile.
            Empty where the deadline ended the program.
        files_truncated: Something did not come back: more than ``files_bytes`` or ``files_count``, a name
            that is no text, or the program left so much to pack that it took too long.
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
    files: dict[str, bytes] = Field(default={})
    files_truncated: bool = False


class LinkedResult(Value):
    """What became of a judge and the guest it drove; see :meth:`Sandbox.run_linked`.

    Attributes:
        judge: The judge's end; its ``stderr`` is its report, its ``stdout`` is empty.
        guest: The guest's end; its ``stdout`` is empty.
        guest_left_first: The guest ended by itself, before the judge did.
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

        What the judge writes to its stdout goes to the guest's stdin, and what the guest writes to its
        stdout to the judge's stdin, byte for byte. The judge's stderr is its report and comes back as
        ``LinkedResult.judge.stderr`` (up to the judge's ``output_bytes``); nothing of the guest can get into
        it. The guest's end closes the judge's stdin, and what is still written to the guest is lost: the
        write may raise a broken pipe (SIGPIPE), or not. The guest's stdin stays open until the judge has
        ended; then the guest is killed.

        Raises:
            SandboxUnavailable: as for :meth:`run`.
        """
        ...

    def close(self) -> None:
        """Give back whatever is held between runs; idempotent."""
        ...
