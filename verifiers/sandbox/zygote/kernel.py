"""The Linux system calls that Python has no functions for. Each raises OSError where the kernel refuses."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2

_PR_SET_DUMPABLE, _PR_SET_NAME, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 15, 22, 24, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITIES = 64  # more than any kernel has
_CAPABILITY_VERSION_3 = 0x20080522
_INSTRUCTION_BYTES = 8

_libc = ctypes.CDLL(None, use_errno=True)
_python = ctypes.PyDLL(None)  # keeps the interpreter's lock during a call
_libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
_libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _succeed(answer: int, what: str) -> None:
    if answer != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def fork() -> int:
    """Like ``os.fork``, but without what Python does for the threads and modules of a child.

    For a child that runs none of the job's code: those steps touch two hundred pages, each of which the
    kernel has to copy.
    """
    return int(_python.fork())


def unshare(namespaces: int) -> None:
    """Leave namespaces for new ones."""
    _succeed(_libc.unshare(namespaces), "unshare")


def enter_namespace(descriptor: int, kind: int) -> None:
    """Enter a namespace, or for pids let the next children be born in it."""
    _succeed(_libc.setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """See mount(2)."""
    answer = _libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode())
    _succeed(answer, f"mount {target}")


def detach(target: str) -> None:
    """Take a mount away, with all below it."""
    _succeed(_libc.umount2(target.encode(), _MNT_DETACH), f"umount {target}")


def forbid_new_privileges() -> None:
    """From now on no program that is executed gains anything by it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_bounding_set() -> None:
    """No capability can come back."""
    for capability in range(_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:  # the kernel has no more
            return


def drop_capabilities() -> None:
    """Give up every capability: effective, permitted and inheritable."""
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    _succeed(_libc.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)()), "capset")


def filter_system_calls(program: bytes) -> None:
    """Load a classic BPF program; needs :func:`forbid_new_privileges` before."""
    parts = _Filter(len(program) // _INSTRUCTION_BYTES, program)
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(parts))


def be_readable_to_own_user() -> None:
    """What an exec does after a change of user: the process may look at its own ``/proc/self``."""
    _prctl(_PR_SET_DUMPABLE, 1)


def be_called(name: str) -> None:
    """Set the name that process listings show."""
    text = ctypes.create_string_buffer(name.encode())
    _prctl(_PR_SET_NAME, ctypes.addressof(text))


def _prctl(option: int, first: int, second: int = 0) -> None:
    _succeed(_libc.prctl(option, first, second, 0, 0), f"prctl {option}")
