"""What git knows of a checkout, asked in a way in which the checkout's own settings cannot run anything."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

from verifiers.errors import ToolMissing

_TIMEOUT_S = 300.0
# A checkout's .git/config is as hostile as its files: it may name programs that git starts.
_SAFE = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false",
    "-c", "safe.directory=*", "-c", "protocol.allow=never", "-c", "core.quotePath=false",
)  # fmt: skip


def tracked_files(folder: str) -> list[str] | None:
    """Paths of the files that git tracks, sorted; None where this is no checkout that git can read.

    Undecodable bytes of a name are kept as lone surrogates, as :func:`os.fsdecode` has them.

    Raises:
        ToolMissing: git is not installed, so that nobody knows what was never meant to be passed on.
    """
    answer = _git(folder, "ls-files", "-z", "--cached")
    if answer is None:
        return None
    return sorted(name.decode("utf-8", "surrogateescape") for name in answer.split(b"\0") if name)


def head_of(folder: str) -> str:
    """The commit that is checked out; empty where there is none."""
    answer = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    return answer.decode("ascii", "replace").strip() if answer else ""


def _git(folder: str, *command: str) -> bytes | None:
    git = shutil.which("git")
    if git is None:
        raise ToolMissing(f"git is not installed, and {folder} is a checkout.", "Install git.")
    arguments: Sequence[str] = (git, "--no-optional-locks", *_SAFE, "-C", folder, *command)
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    environment |= {"GIT_CEILING_DIRECTORIES": "/", "GIT_TERMINAL_PROMPT": "0"}
    try:
        answer = subprocess.run(
            arguments, capture_output=True, env=environment, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
