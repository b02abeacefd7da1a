"""Explores contracts with Mythril and says honestly what was and what was not looked at.

It is sent into the sandbox and run there by Mythril's own interpreter. It reads one
JSON request from stdin and writes one JSON object a line to stdout::

    {"kind": "start", "mythril": "...", "z3": "..."}
    {"kind": "quick", "path": ..., "name": ..., "issues": [...], "timed_out": ..., ...}       one a contract
    {"kind": "contract", "path": ..., "name": ..., "issues": [...], "timed_out": ..., ...}    one a contract
    {"kind": "end"}

First every contract gets a quick look: one transaction, from the storage that its constructor leaves with all
else in it unknown. Then each is explored from its deployment on.

What ``myth analyze`` keeps to itself is why this exists: that its time ran out (only a DEBUG log line tells),
that a solver query ran out of time (the finding is then dropped, or the path believed to be impossible), that
an instruction is not implemented (the path ends), that no contract could be created (nothing is explored).
Each contract is explored in a process of its own, since Mythril keeps state from one to the next.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
from typing import Any

from .observe import Observer, describe

GRACE_S = 0.4  # between a child's own end of time and its being killed
SETTLE_S = 0.4  # of a contract's share kept back for reporting what was found
QUICK_SHARE = 0.2  # of all time, at most, for the quick looks
MOST_BYTES = 8 * 2**20  # of an entry; a process that writes more has lost its mind
QUICK = {"transactions": 1, "unconstrained_storage": True}


def main(mythril: Any, started: float) -> None:
    """Answer the one request.

    Args:
        mythril: Its parts; see ``engine.py``.
        started: When this process began, by ``time.monotonic()``.
    """
    report = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Mythril prints where it likes; only our lines may reach the report

    request = json.loads(read_all(0))
    deadline = started + request["seconds"]
    print(json.dumps({"kind": "start", **mythril.versions}), file=report)
    rounds: list[tuple[str, dict[str, Any], float]] = [("contract", {}, deadline)]
    if request["quick_look"]:
        looks_end = time.monotonic() + QUICK_SHARE * (deadline - time.monotonic())
        rounds.insert(0, ("quick", QUICK, looks_end))
    for kind, changes, ends in rounds:
        targets = request["targets"]
        for position, (path, name) in enumerate(targets):
            share = (ends - time.monotonic()) / (len(targets) - position)
            if share < 2 * SETTLE_S:
                entry: dict[str, Any] = describe(timed_out=True)
            else:
                entry = explore_apart(mythril, {**request, **changes}, path, name, share)
            print(json.dumps({"kind": kind, "path": path, "name": name, **entry}), file=report)
    print(json.dumps({"kind": "end"}), file=report)


def explore_apart(
    mythril: Any, request: dict[str, Any], path: str, name: str, seconds: float
) -> dict[str, Any]:
    """Explore one contract in a child process that is dead after ``seconds``."""
    started = time.monotonic()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        explore_in_child(mythril, request, path, name, seconds - GRACE_S, writer)
        os._exit(0)
    os.close(writer)
    text = read_all(reader, started + seconds)
    os.close(reader)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    spent = round(time.monotonic() - started, 3)
    try:
        entry: dict[str, Any] = json.loads(text)
    except ValueError:
        if spent >= seconds:
            entry = describe(timed_out=True)
        else:
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            entry = describe(
                crash=f"the exploring process ended without a result (signal {number})", issues=[]
            )
    return {**entry, "seconds": spent}


def read_all(reader: int, deadline: float | None = None) -> bytes:
    """All bytes up to the end of the pipe; with a deadline, up to that or the first few million."""
    text = bytearray()
    while deadline is None or ((left := deadline - time.monotonic()) > 0 and len(text) < MOST_BYTES):
        if deadline is not None and not select.select([reader], [], [], left)[0]:
            break
        chunk = os.read(reader, 65536)
        if not chunk:
            break
        text += chunk
    return bytes(text)


def explore_in_child(
    mythril: Any, request: dict[str, Any], path: str, name: str, seconds: float, writer: int
) -> None:
    """Explore, and write the entry to the pipe exactly once: at the end, or when the time is over."""
    observer = Observer(mythril, request, path, name, writer)
    observer.watch(seconds)
    observer.explore(max(1, int(seconds - SETTLE_S)))
