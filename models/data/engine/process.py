"""The engine as a process of its own: ``python -m models.data.engine.process FOLDER``.

Datatrove logs to standard error from every worker, its pool waits for ever for a worker that was killed, and
native code may crash. Apart from the caller all of that ends in one sentence: this process tells what
went wrong and takes its workers with it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import multiprocess  # type: ignore[import-not-found]

from models.data.engine.job import Job, Places
from models.data.engine.stages import run_stages
from models.data.engine.trouble import of_the_system, tell
from verifiers.errors import AcrisolError

_EVERY_S = 0.05  # a worker that was killed has to be seen before its pool forgets it
# Imported once, by the process that all workers are forked from; each stage has workers of its own.
_FOR_WORKERS = (
    "datatrove.executor.local",
    "datatrove.pipeline.dedup.exact_dedup",
    "datatrove.pipeline.dedup.minhash",
    "models.data.engine.plan",
)


def main(folder: Path, parent: int, pipe: int) -> int:
    """Run the job of a folder.

    Args:
        folder: The data set's.
        parent: Process id of the caller; when it is gone, so is this.
        pipe: Where errors are told.
    """
    places = Places(folder)
    multiprocess.set_forkserver_preload(list(_FOR_WORKERS))
    threading.Thread(target=_watch, args=(parent, pipe), daemon=True).start()
    try:
        done = run_stages(Job.model_validate_json(places.job.read_text(encoding="utf-8")), places)
    except AcrisolError as error:
        tell(pipe, error)
        return 1
    except OSError as error:
        tell(pipe, of_the_system(error, folder))
        return 1
    except Exception as error:  # noqa: BLE001  (whatever a step or the engine raises is told, never lost)
        traceback.print_exc()
        said = " ".join(str(error).split())[:500]
        hint = f"All of it is in {places.log}. The same command goes on where this stopped."
        tell(pipe, AcrisolError(f"The data engine failed: {type(error).__name__}: {said}.", hint))
        return 1
    return 0 if done else 10


def _watch(parent: int, pipe: int) -> None:
    """End everything when a worker was killed or the caller is gone."""
    seen: dict[int, Any] = {}
    while True:
        time.sleep(_EVERY_S)
        seen |= {child.pid: child for child in multiprocess.active_children()}
        killed = [child for child in seen.values() if child.exitcode == -signal.SIGKILL]
        if killed:
            hint = "Use fewer --workers or more shards; the same command goes on where this stopped."
            tell(pipe, AcrisolError("A worker was killed, most likely for want of memory.", hint))
        if killed or os.getppid() != parent:
            os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
