"""One zygote as the host sees it: started under bubblewrap, told of jobs, ended."""

from __future__ import annotations

import json
import os
import queue
import select
import signal
import socket
import threading
from dataclasses import dataclass
from importlib import resources

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.archive import pack
from verifiers.sandbox.bubblewrap_tree import MASKED, NAMESPACES, nul_joined, tree, whole_environment
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.pipes import MINIMUM_FD, Descriptors, end_of_descriptors
from verifiers.sandbox.protocol import WORKDIR
from verifiers.sandbox.running import in_thread

_FOLDER = ".zygote"
_PACKAGE = "_acrisol_zygote"
_SETTINGS = "settings.json"
_DISK_BYTES = 16 * 2**20
_CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
_CONTROL, _ARCHIVE, _SECCOMP, _ARGUMENTS, _PASSWD, _GROUP, _UNUSED = 3, 4, 5, 6, 7, 8, 9
_LAST_WORDS = 2000

_UNPACK = f'tar -xf - <&{_ARCHIVE} && exec {_ARCHIVE}<&- && exec "$@"'
_BOOT = """import sys
sys.path.insert(0, {own!r})
from {package}.serve import main
del sys.path[0]
with open({seccomp}, "rb") as file:
    seccomp = file.read()
main({control}, seccomp, {settings!r})()"""


@dataclass(frozen=True)
class Kind:
    """What two jobs have in common that can start from one zygote.

    Attributes:
        environment: Name of the environment.
        interpreter: Name on the PATH or path of the program.
        options: Of the interpreter.
        variables: Those that an interpreter reads at its start.
        modules: What is imported.
        folder: Where they are looked for first, below the working directory.
        files: What lies in the working directory meanwhile.
    """

    environment: str
    interpreter: str
    options: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]
    modules: tuple[str, ...]
    folder: str
    files: tuple[tuple[str, bytes], ...]


class Zygote:
    """An interpreter that has imported a kind's modules and forks for each job.

    It ends when the host does, and takes along all that it started, because they live in its pid namespace.

    Attributes:
        has_served: It has brought a program as far as its first instruction.

    Args:
        program: The bwrap executable.
        environment: The row of the kind's environment.
        kind: What it imports.
        seccomp: The jobs' system-call filter.

    Raises:
        SandboxUnavailable: no process or descriptor could be had.
    """

    def __init__(self, program: str, environment: Environment, kind: Kind, seccomp: bytes) -> None:
        self.has_served = False
        self._ended = threading.Event()
        self._lock = threading.Lock()
        theirs = Descriptors()
        self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = os.fdopen(os.memfd_create("acrisol-zygote"), "rb", buffering=0)
        try:
            given = self._given(environment, kind, seccomp, theirs)
            given[_CONTROL] = theirs.add(other.detach())
            argv = [program, "--args", str(_ARGUMENTS), "--", "/bin/sh", "-c", _UNPACK, "sh"]
            argv += [kind.interpreter, *kind.options, "-c", _boot()]
            pid: queue.SimpleQueue[int | OSError] = queue.SimpleQueue()
            # bubblewrap dies with the thread that started it, so that one stays until then.
            in_thread(lambda: self._live(argv, given, pid), "zygote")
            started = pid.get()
        finally:
            theirs.close()
        if isinstance(started, OSError):
            self._put_down()
            raise SandboxUnavailable(f"A warm interpreter could not be started: {started}.") from started
        self._pid = started

    def _given(
        self, environment: Environment, kind: Kind, seccomp: bytes, theirs: Descriptors
    ) -> dict[int, int]:
        nothing = theirs.add(os.open(os.devnull, os.O_RDWR))
        return {
            0: nothing,
            1: nothing,
            2: self._log.fileno(),
            _ARCHIVE: theirs.holding(pack({**_own_files(kind), **dict(kind.files)}, _DISK_BYTES)),
            _SECCOMP: theirs.holding(seccomp),
            _ARGUMENTS: theirs.holding(nul_joined(_arguments(environment, kind))),
            _PASSWD: theirs.holding(b""),
            _GROUP: theirs.holding(b""),
            _UNUSED: nothing,
        }

    def _live(
        self, argv: list[str], given: dict[int, int], started: queue.SimpleQueue[int | OSError]
    ) -> None:
        actions: list[tuple[int, int] | tuple[int, int, int]] = [
            (os.POSIX_SPAWN_DUP2, source, target) for target, source in given.items()
        ]
        actions += [
            (os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in range(MINIMUM_FD, end_of_descriptors())
        ]
        default = (signal.SIGPIPE, signal.SIGXFSZ)
        try:
            pid = os.posix_spawn(argv[0], argv, {}, file_actions=actions, setsid=True, setsigdef=default)
        except OSError as error:
            started.put(error)
            return
        started.put(pid)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._ended.set()
            os.waitpid(pid, 0)

    def tell(self, message: bytes, descriptors: list[int]) -> None:
        """Send an order.

        Raises:
            SandboxUnavailable: it is gone; says its last words.
        """
        try:
            socket.send_fds(self._control, [message], descriptors)
        except OSError as error:
            raise SandboxUnavailable(f"A warm interpreter is gone: {self._last_words()}") from error

    def is_ready(self, seconds: float) -> bool:
        """Whether it has imported everything, or ended, within so many seconds from now."""
        poller = select.poll()
        try:
            poller.register(self._control, select.POLLIN)  # what it says then is never read, so it stays true
        except ValueError:  # closed meanwhile
            return True
        return bool(poller.poll(max(0.0, seconds) * 1000))

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return not self._ended.is_set()

    def close(self) -> None:
        """End it and all that it runs; idempotent."""
        with self._lock:
            if not self._ended.is_set():  # else the id may be another process's by now
                os.kill(self._pid, signal.SIGKILL)
        self._ended.wait()
        self._put_down()

    def _put_down(self) -> None:
        self._control.close()
        self._log.close()

    def _last_words(self) -> str:
        try:
            said = os.pread(self._log.fileno(), _LAST_WORDS, 0)
        except ValueError:  # closed meanwhile
            return "it was ended"
        return said.decode("utf-8", "replace").strip().rpartition("\n")[2] or "it said nothing"


def _own_files(kind: Kind) -> dict[str, bytes]:
    package = resources.files("verifiers.sandbox.zygote")
    sources = {entry.name: entry.read_bytes() for entry in package.iterdir() if entry.name.endswith(".py")}
    settings = {"modules": kind.modules, "folder": f"{WORKDIR}/{kind.folder}", "masked": MASKED}
    files = {f"{_FOLDER}/{_PACKAGE}/{name}": content for name, content in sources.items()}
    return {**files, f"{_FOLDER}/{_SETTINGS}": json.dumps(settings).encode()}


def _boot() -> str:
    return _BOOT.format(
        own=f"{WORKDIR}/{_FOLDER}",
        package=_PACKAGE,
        seccomp=_SECCOMP,
        control=_CONTROL,
        settings=f"{WORKDIR}/{_FOLDER}/{_SETTINGS}",
    )


def _arguments(environment: Environment, kind: Kind) -> list[str]:
    arguments = [*NAMESPACES, "--die-with-parent", "--new-session", "--hostname", "sandbox"]
    for capability in _CAPABILITIES:
        arguments += ["--cap-add", capability]
    arguments += tree(environment, _DISK_BYTES, _PASSWD, _GROUP)
    basic = {"PATH": environment.search_path, "HOME": "/tmp", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
    return arguments + whole_environment({**basic, **dict(kind.variables)})
