"""What lies about on the host for attacks to take: secrets, listeners, processes, and files to change."""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_IPC_CREAT, _IPC_RMID = 0o1000, 0
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Bait:
    """The bait that is laid.

    Attributes:
        token: The secret that lies in all of it.
        folder: Holds the files.
        facts: What an attack is told of it; an attacker is assumed to know everything.
        touched: What was noticed, by kind.
    """

    token: str
    folder: Path
    facts: dict[str, object]
    touched: list[str] = field(default_factory=list)
    input_content: bytes = b"checked input\n"
    victim: subprocess.Popen[bytes] | None = None

    def start_victim(self) -> None:
        """A process of the host's with the secret in its environment."""
        self.victim = subprocess.Popen(["sleep", "3600"], env={**os.environ, "ACRISOL_BAIT": self.token})
        self.facts["victim"] = self.victim.pid

    def take_notice(self) -> tuple[str, ...]:
        """What happened to the bait since it was asked last; what was changed is put back."""
        found, self.touched[:] = list(self.touched), []
        given = self.folder / "input"
        if given.read_bytes() != self.input_content:
            found.append("changed a file of the host's")
            given.write_bytes(self.input_content)
        if self.victim and self.victim.poll() is not None:
            found.append("killed a process of the host's")
            self.start_victim()
        for path in self.made_paths():
            if path.exists():
                found.append(f"made {path}")
                path.unlink()
        return tuple(found)

    def made_paths(self) -> list[Path]:
        """Where attacks try to make a file, outside every folder of their own."""
        return [Path(folder, f"acrisol-bait-{self.token}") for folder in ("/usr", "/etc", "/")]


@contextmanager
def bait() -> Iterator[Bait]:
    """Lay the bait, and take it away afterwards."""
    token = secrets.token_hex(16)
    folder = Path(tempfile.mkdtemp(prefix="acrisol-bait-"))
    folder.chmod(0o755)
    os.environ["ACRISOL_BAIT"] = token
    laid = Bait(token, folder, {})
    descriptor = _files(laid)
    shared = Path("/dev/shm", f"acrisol-bait-{token[:8]}")
    shared.write_text(f"ACRISOL_BAIT={token}")
    listeners = _listeners(laid)
    key = secrets.randbelow(2**30) + 1
    queue = _libc.msgget(key, _IPC_CREAT | 0o666)
    segment = _libc.shmget(key, 4096, _IPC_CREAT | 0o666)
    laid.start_victim()
    laid.facts.update(key=key, shared=str(shared), made=list(map(str, laid.made_paths())))
    try:
        yield laid
    finally:
        if laid.victim:
            laid.victim.kill()
            laid.victim.wait()
        for listener in listeners:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if queue >= 0:
            _libc.msgctl(queue, _IPC_RMID, None)
        if segment >= 0:
            _libc.shmctl(segment, _IPC_RMID, None)
        os.close(descriptor)
        shared.unlink()
        del os.environ["ACRISOL_BAIT"]
        shutil.rmtree(folder, ignore_errors=True)


def _files(laid: Bait) -> int:
    """The files, and a descriptor that is left inheritable."""
    secret = laid.folder / "secret"
    secret.write_text(f"ACRISOL_BAIT={laid.token}")
    (laid.folder / "input").write_bytes(laid.input_content)
    (laid.folder / "input").chmod(0o666)
    descriptor = os.open(secret, os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    laid.facts.update(file=str(secret), input=str(laid.folder / "input"))
    return descriptor


def _listeners(laid: Bait) -> list[socket.socket]:
    """Who connects is told the secret, and is noticed."""
    tcp = socket.socket()
    tcp.bind(("127.0.0.1", 0))
    path = str(laid.folder / "engine.sock")
    engine = socket.socket(socket.AF_UNIX)
    engine.bind(path)
    os.chmod(path, 0o777)
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind(f"\0acrisol-bait-{laid.token}")
    laid.facts.update(port=tcp.getsockname()[1], engine=path, abstract=f"\0acrisol-bait-{laid.token}")
    kinds = {"loopback": tcp, "engine's socket": engine, "abstract socket": abstract}
    for kind, listener in kinds.items():
        listener.listen()
        threading.Thread(target=_serve, args=(listener, kind, laid), daemon=True).start()
    return list(kinds.values())


def _serve(listener: socket.socket, kind: str, laid: Bait) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            laid.touched.append(f"connected to the {kind}")
            with connection:
                connection.sendall(laid.token.encode())
