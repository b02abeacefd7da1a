"""The zygote: an interpreter that has imported what many jobs begin with, and forks for each of them.

It runs in a bubblewrap tree of its environment, without a network, a secret or a file of the host's, and only
ever runs our own code: what it hears of a job are two numbers and some descriptors. For each job::

    zygote            stays as it is
    `-- first         first process of a new pid namespace: gives up its privileges and waits
        `-- program   builds the walls, changes its user, loads the filter; only then looks at the job, and
                      becomes it

Neither of the two ever comes back to serve another job.
"""

from __future__ import annotations

import array
import functools
import gc
import importlib
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from . import confine, kernel
from .program import prepare, put_files
from .wire import BORN, ENDED, GROUPS, ORDER, READY, SPEC, STARTED, STREAMS, Spec, unpack_spec

Prepare = Callable[[Spec], Callable[[], None]]
_MAX_DESCRIPTORS = 16
_END_OF_DESCRIPTORS = 2**20
_SIGNALLED = 128


def main(control: int, seccomp: bytes, settings: str) -> Callable[[], None]:
    """Import, then serve until the host is gone. Returns only in a fork, with what runs the job's program.

    Args:
        control: Descriptor on which the host's orders come.
        seccomp: The system-call filter of the programs.
        settings: Path of a JSON file: ``modules`` to import, the ``folder`` where they are looked for first,
            names in ``/proc`` that are ``masked`` from every program.
    """
    with open(settings, encoding="utf-8") as file:
        given = json.load(file)
    channel = socket.socket(fileno=control)
    own_pids = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    interpreter = sys.orig_argv[: sys.orig_argv.index("-c")]
    search = sys.path[0 if sys.flags.safe_path else 1 :]
    sys.path.insert(0, given["folder"])
    for module in given["modules"]:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone: the host watches it by itself
    gc.collect()
    gc.freeze()  # so that a collection in a fork does not copy what is shared
    channel.send(READY)
    while True:
        order, descriptors = _receive(channel)
        kernel.unshare(kernel.CLONE_NEWPID)
        first = kernel.fork()
        if first == 0:
            channel.detach()  # closed with the other descriptors; not again when this object goes
            ready = functools.partial(prepare, interpreter=interpreter, search=search)
            return _first(order, descriptors, seccomp, given["masked"], ready)
        kernel.enter_namespace(own_pids, kernel.CLONE_NEWPID)
        _announce(first, descriptors[0])
        for descriptor in descriptors:
            os.close(descriptor)


def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    numbers = array.array("i")
    data, ancillary, _, _ = channel.recvmsg(
        ORDER.size, socket.CMSG_LEN(_MAX_DESCRIPTORS * numbers.itemsize), socket.MSG_CMSG_CLOEXEC
    )
    if not data:  # the host is gone, and with this process everything that it had running here
        os._exit(0)
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            numbers.frombytes(content[: len(content) - len(content) % numbers.itemsize])
    return data, list(numbers)


def _announce(first: int, status: int) -> None:
    """Hand the host a hold on a job's first process; one that is gone already shows by the channel's end."""
    with suppress(ProcessLookupError, BrokenPipeError, ConnectionResetError):
        hold = os.pidfd_open(first)
        try:
            with socket.socket(fileno=os.dup(status)) as channel:
                socket.send_fds(channel, [BORN], [hold])
        finally:
            os.close(hold)


def _first(
    order: bytes, descriptors: list[int], seccomp: bytes, masked: Sequence[str], prepare: Prepare
) -> Callable[[], None]:
    """The first process of a job. Returns only in its child, the program."""
    status, streams = descriptors[0], descriptors[1 : 1 + STREAMS]
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        uid, disk_bytes = ORDER.unpack(order)
        confine.enter_groups(descriptors[GROUPS:])
        # Before the walls: what this process touches, its child would have to copy once more.
        child = os.fork()
        if child == 0:
            walls = functools.partial(confine.build_walls, uid, disk_bytes, masked)
            return _program(walls, uid, seccomp, status, streams, descriptors[SPEC], prepare)
        _keep_only(status)
        confine.give_up_privileges()
        kernel.filter_system_calls(seccomp)
        while (ended := os.wait())[0] != child:
            pass
        code = os.waitstatus_to_exitcode(ended[1])
        os.write(status, ENDED.pack(b"E", code if code >= 0 else _SIGNALLED - code))
    except BaseException:  # noqa: BLE001  a job whose walls do not stand is never begun
        _fail(streams[2])
    os._exit(0)


def _program(
    build_walls: Callable[[], None],
    uid: int,
    seccomp: bytes,
    status: int,
    streams: Sequence[int],
    spec_in: int,
    prepare: Prepare,
) -> Callable[[], None]:
    try:
        build_walls()
        for target, source in enumerate(streams):
            os.dup2(source, target)
        confine.become_user(uid)
        kernel.filter_system_calls(seccomp)
        kernel.be_called(os.path.basename(sys.orig_argv[0]))
        with open(os.dup(spec_in), "rb") as file:
            spec, files = unpack_spec(file.read())
        confine.limit(spec)
        put_files(files)
        run = prepare(spec)
        os.write(status, STARTED)
        os.closerange(STREAMS, _END_OF_DESCRIPTORS)
    except BaseException:  # noqa: BLE001  as above
        _fail(2)
    return run


def _keep_only(descriptor: int) -> None:
    os.closerange(STREAMS, descriptor)
    os.closerange(descriptor + 1, _END_OF_DESCRIPTORS)


def _fail(stderr: int) -> NoReturn:
    os.write(stderr, traceback.format_exc().encode("utf-8", "replace"))
    os._exit(1)
