"""Does any attack get out of a sandbox? One row for each attack, one column for each backend.

    python -m benchmarks.escapes --private-engine

``held``: it was tried and did nothing. ``broke``: gVisor ended as a whole where its limits on the host end
it, and nothing is said of the code. ``own kernel``: gVisor's kernel does it, for the sandbox alone. The
column ``without`` is a plain child process: there the attack succeeds, or it says why that is not shown.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from benchmarks.attacks import ATTACKS, Attack
from benchmarks.attacks.bait import Bait, bait
from benchmarks.attacks.execute import attack, without_defence
from benchmarks.report import finish, machine, progress, table
from benchmarks.sandbox_engine import engine
from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.bubblewrap import Bubblewrap
from verifiers.sandbox.docker import Docker
from verifiers.sandbox.environments import build_environments
from verifiers.sandbox.protocol import ExecResult, Job, LinkedResult, Preload, Sandbox

ESCAPED, HELD, NOT_TRIED = "ESCAPED", "held", "NOT TRIED"
_TRIES = 6  # some are races


class Warm:
    """bubblewrap, with every program started from an interpreter that is already up."""

    name = "bubblewrap"

    def __init__(self, inner: Bubblewrap) -> None:
        self._inner = inner

    def run(self, job: Job) -> ExecResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run`."""
        warm = {
            "env": {"PYTHONHASHSEED": "0", **job.env},
            "preload": Preload(modules=("json",), folder=".none"),
        }
        return self._inner.run(job.model_copy(update=warm))

    def run_linked(self, judge: Job, guest: Job) -> LinkedResult:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.run_linked`."""
        return self._inner.run_linked(judge, guest)

    def close(self) -> None:
        """See :meth:`verifiers.sandbox.protocol.Sandbox.close`."""
        self._inner.close()


@contextmanager
def _backends(url: str | None, is_private: bool) -> Iterator[dict[str, Sandbox]]:
    with ExitStack() as stack:
        environments = build_environments()
        bubblewrap = Bubblewrap(environments)
        stack.callback(bubblewrap.close)
        found: dict[str, Sandbox] = {"bubblewrap": bubblewrap}
        if os.getuid() == 0:
            found["bubblewrap, warm"] = Warm(bubblewrap)
        if at := stack.enter_context(engine(url, is_private)):
            docker = Docker(environments, at)
            stack.callback(docker.close)
            found["docker"] = docker
            if is_private and shutil.which("runsc"):
                gvisor = Docker(environments, at, runtime="runsc")
                stack.callback(gvisor.close)
                found["docker, gVisor"] = gvisor
        yield found


def _try(sandbox: Sandbox, what: Attack, laid: Bait) -> str:
    is_gvisor = isinstance(sandbox, Docker) and sandbox.is_gvisor
    if is_gvisor and what.is_granted_by_gvisor:
        return "own kernel"
    try:
        seen = attack(sandbox, what, laid)
    except SandboxUnavailable:
        if is_gvisor:
            return "broke"
        raise
    if what.got_out(seen):
        return ESCAPED
    return HELD if what.was_tried(seen) else NOT_TRIED


def _without(what: Attack, laid: Bait) -> str:
    if what.unproven:
        return what.unproven
    tries = (without_defence(what, laid) for _ in range(_TRIES))
    return "succeeds" if any(what.got_out(seen) for seen in tries) else "DID NOT SUCCEED"


def main() -> int:
    """Print the table; 0 if nothing got out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--docker-host", help="an engine that has the python image")
    parser.add_argument("--private-engine", action="store_true", help="start one of our own; needs root")
    parser.add_argument("--skip-plain", action="store_true", help="do not run them without a sandbox")
    arguments = parser.parse_args()
    rows: list[list[str]] = []
    with bait() as laid, _backends(arguments.docker_host, arguments.private_engine) as backends:
        names = list(backends)
        for number, what in enumerate(ATTACKS, 1):
            progress(f"{number} of {len(ATTACKS)}: {what.name}")
            plain = "" if arguments.skip_plain or os.getuid() != 0 else _without(what, laid)
            rows.append([what.name, *(_try(backends[name], what, laid) for name in names), plain])
    progress("")
    print(machine())
    print(table(["attack", *names, "without"], rows))
    cells = [cell for row in rows for cell in row[1:-1]]
    escaped, untried = cells.count(ESCAPED), cells.count(NOT_TRIED)
    return finish(
        f"{escaped} of {len(ATTACKS)} attacks on {len(names)} backends succeeded, {untried} could not be "
        "tried (goal: 0)",
        not escaped and not untried,
    )


if __name__ == "__main__":
    raise SystemExit(main())
