"""From a privileged fork of the zygote to a process that may do nothing.

The same walls as bubblewrap builds for a cold start, in the same order: control groups, namespaces, private
folders, then the privileges go.
"""

from __future__ import annotations

import fcntl
import os
import resource
import socket
import struct
from collections.abc import Iterable

from . import kernel
from .wire import Spec

PRIVATE_FOLDERS = ("/tmp", "/dev/shm", "/work")
_NAMESPACES = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWNET
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWCGROUP
)
_PLAIN = kernel.MS_NOSUID | kernel.MS_NODEV
_READ_ONLY_IN_PROC = ("sys", "sysrq-trigger", "irq", "bus")
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_INTERFACE = struct.Struct("16sh14x")


def enter_groups(descriptors: Iterable[int]) -> None:
    """Enter control groups, given their ``cgroup.procs`` opened for writing."""
    for descriptor in descriptors:
        os.write(descriptor, b"0")


def build_walls(uid: int, disk_bytes: int, masked: Iterable[str]) -> None:
    """Give the calling process, which has a pid namespace already, the other namespaces and its own folders.

    Args:
        uid: The program's user, for ``/etc/passwd``.
        disk_bytes: Size of each private folder.
        masked: Names in ``/proc`` that no program may read.
    """
    kernel.unshare(_NAMESPACES)
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    _mount_proc(masked)
    _name_user(uid)
    for folder in PRIVATE_FOLDERS:
        kernel.detach(folder)  # the zygote's own
        kernel.mount("tmpfs", folder, "tmpfs", _PLAIN, f"mode=0777,size={disk_bytes}")
    _raise_loopback()
    os.chdir("/work")


def _mount_proc(masked: Iterable[str]) -> None:
    kernel.detach("/proc")  # the zygote's own
    kernel.mount("proc", "/proc", "proc", _PLAIN | kernel.MS_NOEXEC)
    for name in _READ_ONLY_IN_PROC:
        if os.path.exists(f"/proc/{name}"):
            _bind_read_only(f"/proc/{name}", f"/proc/{name}", kernel.MS_NOEXEC)
    for name in masked:
        if os.path.exists(f"/proc/{name}"):
            _bind_read_only("/dev/null", f"/proc/{name}")


def _name_user(uid: int) -> None:
    """An ``/etc/passwd`` and ``/etc/group`` that know the program's user, laid over those of the tree."""
    kernel.mount("tmpfs", "/work", "tmpfs", _PLAIN, "mode=0755,size=16384")  # for as long as it takes
    texts = {"passwd": f"job:x:{uid}:{uid}::/tmp:/bin/sh\n", "group": f"job:x:{uid}:\n"}
    for name, text in texts.items():
        with open(f"/work/{name}", "w") as file:
            file.write(text)
        _bind_read_only(f"/work/{name}", f"/etc/{name}")
    kernel.detach("/work")


def _bind_read_only(source: str, target: str, more: int = 0) -> None:
    kernel.mount(source, target, "", kernel.MS_BIND | kernel.MS_REC)
    flags = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | _PLAIN | more
    kernel.mount("none", target, "", flags)


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        answer = fcntl.ioctl(channel, _SIOCGIFFLAGS, _INTERFACE.pack(b"lo", 0))
        flags = _INTERFACE.unpack(answer)[1]
        fcntl.ioctl(channel, _SIOCSIFFLAGS, _INTERFACE.pack(b"lo", flags | _IFF_UP))


def become_user(uid: int) -> None:
    """Change to a user without any privilege and without a way back."""
    kernel.drop_bounding_set()
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    kernel.drop_capabilities()
    kernel.forbid_new_privileges()
    kernel.be_readable_to_own_user()


def give_up_privileges() -> None:
    """Keep the user, but nothing that makes it more than another."""
    kernel.drop_bounding_set()
    kernel.drop_capabilities()
    kernel.forbid_new_privileges()


def limit(spec: Spec) -> None:
    """Set the limits that the kernel counts for each process."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (spec.open_files, spec.open_files))
    resource.setrlimit(resource.RLIMIT_CPU, (spec.cpu_s, spec.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_NPROC, (spec.pids, spec.pids))
