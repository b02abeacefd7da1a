"""A private Docker engine for the tests: started when a test needs it, gone afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest
import requests
from docker.errors import DockerException

from tests.requirements import require

INSTALL = "apt-get install -y --no-install-recommends docker.io (and be root)"
BUILD_SCRIPT = Path(__file__).parent.parent / "deploy" / "images" / "build_local.py"
_READY_S = 60.0
_ROOM = 2 * 2**30  # bytes; images and containers of the tests take a quarter of it


class Engine:
    """A running ``dockerd`` of our own; ``url`` is its DOCKER_HOST."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder}/docker.sock"
        self._log = (folder / "dockerd.log").open("w+")
        self.process = subprocess.Popen(
            self._command(), stdout=self._log, stderr=self._log, start_new_session=True
        )

    def _command(self) -> list[str]:
        at = str(self.folder)
        folders = [f"--data-root={at}/data", f"--exec-root={at}/exec", f"--pidfile={at}/dockerd.pid"]
        # Nothing of the host's network is touched: no bridge, no firewall rules, no forwarding.
        network = [
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
        ]
        daemon = ["dockerd", "-H", self.url, "-G", "root", "--storage-driver=overlay2", *folders, *network]
        if gvisor := shutil.which("runsc"):  # without a network of the engine's it has to be told of none
            known = {"runsc": {"path": gvisor, "runtimeArgs": ["--network=none"]}}
            (self.folder / "daemon.json").write_text(json.dumps({"runtimes": known}))
            daemon.append(f"--config-file={at}/daemon.json")
        return ["setpriv", "--pdeathsig", "TERM", "--", *daemon]

    def await_ready(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it does not, with the end of its log.
        """
        deadline = time.monotonic() + _READY_S
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return
            time.sleep(0.1)
        self._log.seek(0)
        raise RuntimeError(f"dockerd did not start: {self._log.read()[-2000:]}")

    def answers(self) -> bool:
        """Whether it can be talked to."""
        try:
            client = docker.APIClient(self.url, version="auto", timeout=10)
            client.ping()
            client.close()
        except (DockerException, requests.RequestException):
            return False
        return True

    def stop(self) -> None:
        """Remove its containers, end it, and unmount what it left mounted below its own folder."""
        if self.answers():
            client = docker.APIClient(self.url, version="auto", timeout=60)
            for container in client.containers(all=True, quiet=True):
                client.remove_container(container["Id"], force=True)
            client.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((mount for mount in mounts if mount.startswith(f"{self.folder}/")), reverse=True):
            subprocess.run(["umount", "-l", mount], check=False)


@contextmanager
def private_engine() -> Iterator[Engine]:
    """An engine in a folder of its own, with the ``python`` image."""
    # In memory where there is room, as docs/sandbox.md advises; short, because a socket's path has a limit.
    place = "/dev/shm" if shutil.disk_usage("/dev/shm").free > _ROOM else "/tmp"
    folder = Path(tempfile.mkdtemp(prefix="eng", dir=place))
    engine = Engine(folder)
    try:
        engine.await_ready()
        environment = {**os.environ, "DOCKER_HOST": engine.url}
        subprocess.run(
            [sys.executable, str(BUILD_SCRIPT), "python"], env=environment, check=True, timeout=300
        )
        yield engine
    finally:
        engine.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A private engine for the session; skips, or fails in CI, where none can be had."""
    require("docker", shutil.which("dockerd") is not None and os.getuid() == 0, INSTALL)
    with private_engine() as running:
        yield running
