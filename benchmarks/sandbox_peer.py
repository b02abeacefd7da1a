"""The peer's part of ``benchmarks.sandbox``: llm-sandbox with its pool of Docker containers.

Runs under the Python that has ``llm-sandbox`` and imports nothing of ours::

    PYTHON benchmarks/sandbox_peer.py IMAGE CODE_FILE RUNS CLIENTS...

Prints one JSON list for each number of clients: seconds in all, then of each run; and ends without waiting
for the peer to close its pool, which takes ten seconds a container.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docker


def main() -> None:
    """See above."""
    from llm_sandbox import SandboxSession  # type: ignore[import-not-found]
    from llm_sandbox.pool import PoolConfig, create_pool_manager  # type: ignore[import-not-found]

    image, code_file, runs, *clients = sys.argv[1:]
    code = Path(code_file).read_text()
    most = max(map(int, clients))
    # No image can be set up here for want of a network, so that the peer is spared that time.
    pool = create_pool_manager(
        client=docker.from_env(),
        backend="docker",
        config=PoolConfig(max_pool_size=most, min_pool_size=most, acquisition_timeout=60.0),
        lang="python",
        image=image,
        skip_environment_setup=True,
        runtime_configs={"command": ["sleep", "3600"], "network_mode": "none", "mem_limit": "512m"},
    )

    def once(_: Any = None) -> float:
        begin = time.perf_counter()
        with SandboxSession(lang="python", pool=pool) as session:
            result = session.run(code)
        if result.exit_code != 0 or "verified" not in result.stdout:
            raise SystemExit(f"the peer did not run the program: {result}")
        return time.perf_counter() - begin

    once()
    for count in map(int, clients):
        begin = time.perf_counter()
        with ThreadPoolExecutor(count) as threads:
            seconds = list(threads.map(once, range(int(runs))))
        print(json.dumps([time.perf_counter() - begin, seconds]), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
