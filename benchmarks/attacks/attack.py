"""What an attack is, and what is seen of one."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

from verifiers.sandbox.protocol import ExecResult, Limits

TRIED = b"tried\n"
GOT = b"GOT"


@dataclass(frozen=True)
class Seen:
    """One attack as it went.

    Attributes:
        result: Of the program.
        limits: Under which it was to run.
        token: What the attacker was after, where it was after a secret.
        survivors: Processes of it that live a second after its end.
        noticed: What the host itself noticed: a connection, a changed file.
        hung: It did not end by itself, and its deadline did not end it in time.
    """

    result: ExecResult
    limits: Limits
    token: str
    survivors: int = 0
    noticed: tuple[str, ...] = ()
    hung: bool = False


def got_anything(seen: Seen) -> bool:
    """Whether it says so, the host noticed, or a secret or a process got out."""
    token = seen.token.encode()
    outputs = (seen.result.stdout, seen.result.stderr, *seen.result.files.values())
    return bool(
        GOT in seen.result.stdout
        or seen.noticed
        or seen.survivors
        or seen.hung
        or any(token in output for output in outputs)
    )


def floods(seen: Seen) -> bool:
    """Whether more output came than is kept."""
    return max(len(seen.result.stdout), len(seen.result.stderr)) > seen.limits.output_bytes


def floods_files(seen: Seen) -> bool:
    """Whether more came back than is allowed."""
    files = seen.result.files
    total = sum(map(len, files.values()))
    return total > seen.limits.files_bytes or len(files) > seen.limits.files_count


def bad_names(seen: Seen) -> bool:
    """Whether a name came back that could do harm to who writes or shows it."""
    return any(
        not name.isprintable() or name.startswith("/") or {"", ".", ".."} & set(name.split("/"))
        for name in seen.result.files
    )


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        name: In tables.
        code: Python; sees ``BAIT``, and prints what contains ``GOT`` where it succeeded.
        limits: Of the run.
        collect: See ``Job.collect``.
        more: A further sign of success, where the code cannot tell.
        unproven: Why it is not shown to succeed without a sandbox; empty where it is.
        is_granted_by_gvisor: gVisor's kernel does what is asked, inside the sandbox, where it does no harm.
    """

    name: str
    code: str
    limits: Limits = field(default_factory=lambda: Limits(wall_s=8, memory_bytes=192 * 2**20))
    collect: tuple[str, ...] = ()
    more: Callable[[Seen], bool] | None = None
    unproven: str = ""
    is_granted_by_gvisor: bool = False

    def source(self, bait: dict[str, object]) -> bytes:
        """The program.

        Args:
            bait: What it finds as ``BAIT``.
        """
        head = f"import os, sys\nBAIT = {bait!r}\nos.write(1, {TRIED!r})\n"
        return (head + textwrap.dedent(self.code)).encode()

    def was_tried(self, seen: Seen) -> bool:
        """Whether the program came as far as its attack."""
        return seen.result.stdout.startswith(TRIED)

    def got_out(self, seen: Seen) -> bool:
        """Whether it succeeded."""
        return got_anything(seen) or bool(self.more and self.more(seen))
