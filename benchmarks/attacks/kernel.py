"""Attacks that ask the kernel for what no program needs: each call would be harmless where it is granted."""

from __future__ import annotations

import os

from benchmarks.attacks.attack import Attack

_CALL = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
got = libc.syscall({call})
if got >= 0: print("GOT", got)
"""
_ABSENT = "this machine's kernel may not have it"
_HARMFUL = "would change this machine"
_IS_ARM = os.uname().machine == "aarch64"


def _call(name: str, x86: int, arm: int, arguments: str, unproven: str = "", granted: bool = False) -> Attack:
    code = _CALL.format(call=f"{arm if _IS_ARM else x86}, {arguments}")
    return Attack(name, code, unproven=unproven, is_granted_by_gvisor=granted)


KERNEL = (
    Attack(
        "ptrace",
        """
        import ctypes, time
        libc = ctypes.CDLL(None, use_errno=True)
        child = os.fork()
        if child == 0:
            time.sleep(1); os._exit(0)
        if libc.ptrace(16, child, 0, 0) == 0: print("GOT the child")
        """,
        is_granted_by_gvisor=True,
    ),
    Attack(
        "ptrace of a host process",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(0x4206, BAIT["victim"], 0, 0) == 0: print("GOT the victim")
        """,
    ),
    Attack(
        "process_vm_readv",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        class Vector(ctypes.Structure): _fields_ = [("at", ctypes.c_void_p), ("length", ctypes.c_size_t)]
        source, target = ctypes.create_string_buffer(b"x" * 8), ctypes.create_string_buffer(8)
        near, far = Vector(ctypes.addressof(target), 8), Vector(ctypes.addressof(source), 8)
        if libc.process_vm_readv(os.getpid(), ctypes.byref(near), 1, ctypes.byref(far), 1, 0) > 0:
            print("GOT memory")
        """,
        is_granted_by_gvisor=True,
    ),
    _call("mount", 165, 40, "b'none', b'/tmp', b'tmpfs', 0, 0"),
    _call("mount of a new proc", 165, 40, "b'proc', b'/tmp', b'proc', 0, 0"),
    _call("umount", 166, 39, "b'/proc', 2", unproven="a kernel may keep it busy"),
    _call("fsopen", 430, 430, "b'tmpfs', 0"),
    _call("open_tree", 428, 428, "-100, b'/', 1"),
    _call("unshare of users", 272, 97, "0x10000000", granted=True),
    _call("unshare of mounts", 272, 97, "0x00020000", granted=True),
    _call("unshare of the network", 272, 97, "0x40000000"),
    Attack(
        "clone into a new user namespace",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        child = libc.syscall(220 if os.uname().machine == "aarch64" else 56, 0x10000011, 0, 0, 0, 0)
        if child == 0: os._exit(0)
        if child > 0: print("GOT", child)
        """,
        is_granted_by_gvisor=True,
    ),
    Attack(
        "setns",
        """
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for kind in ("mnt", "net", "uts", "ipc"):
            for pid in (1, os.getppid(), "self"):
                try: namespace = os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)
                except OSError: continue
                if libc.setns(namespace, 0) == 0: print("GOT", kind)
        """,
    ),
    _call("bpf", 321, 280, "0, (ctypes.c_uint * 32)(2, 4, 4, 1), 128"),
    _call("io_uring", 425, 425, "1, ctypes.create_string_buffer(120)", _ABSENT, granted=True),
    _call("keyctl", 250, 219, "0, -3, 1"),
    _call("add_key", 248, 217, "b'user', b'acrisol', b'v', 1, -2"),
    _call("perf_event_open", 298, 241, "(ctypes.c_uint * 32)(1, 112), 0, -1, -1, 0", _ABSENT),
    _call("userfaultfd", 323, 282, "1", _ABSENT),
    _call("kexec_load", 246, 104, "0, 0, 0, 0", _HARMFUL),
    _call("init_module", 175, 105, "b'x', 1, b''", _HARMFUL),
    _call("reboot", 169, 142, "0xfee1dead, 672274793, 0, 0", _HARMFUL),
    _call("settimeofday", 164, 170, "(ctypes.c_long * 2)(0, 0), 0", _HARMFUL),
    _call("sethostname", 170, 161, "b'x', 1"),
    _call("syslog", 103, 116, "10, 0, 0", granted=True),
    _call("swapon", 167, 224, "b'/tmp/x', 0", _HARMFUL),
    _call("acct", 163, 89, "0", _HARMFUL),
    _call("fanotify_init", 300, 262, "0, 0", _ABSENT),
    _call("pidfd_getfd", 438, 438, "os.pidfd_open(os.getpid()), 1, 0"),
    _call("memfd_secret", 447, 447, "0", _ABSENT),
    _call("pivot_root", 155, 41, "b'.', b'.'", _HARMFUL),
    _call("vhangup", 153, 58, "0", _HARMFUL),
    _call("iopl", 172, -1, "3", _ABSENT),
)
