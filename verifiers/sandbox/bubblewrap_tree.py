"""The read-only tree that a bubblewrap sandbox sees, as arguments of ``bwrap``."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from verifiers.errors import SandboxUnavailable
from verifiers.sandbox.environments import Environment
from verifiers.sandbox.protocol import WORKDIR

# The system tree; /etc, /root, /home, /var, /sys and /run are not part of it.
_TREE = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/alternatives")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}

# Kernel files that tell about the host and that no job needs.
MASKED = ("cmdline", "kallsyms", "kcore", "keys", "timer_list")

NAMESPACES = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts")


def tree(environment: Environment, disk_bytes: int, passwd: int, group: int) -> list[str]:
    """Arguments that build the tree of an environment, with fresh folders of a size.

    Args:
        environment: What lies in it beside the system.
        disk_bytes: Size of each fresh folder.
        passwd: Descriptor from which ``/etc/passwd`` is read.
        group: Descriptor from which ``/etc/group`` is read.
    """
    arguments: list[str] = []
    for path in _TREE:
        arguments += _system_folder(Path(path))
    arguments += _folders_above("/etc/passwd", *(bind.target for bind in environment.binds))
    for path in _ETC:
        arguments += ["--ro-bind-try", path, path]
    arguments += ["--perms", "0644", "--file", str(passwd), "/etc/passwd"]
    arguments += ["--perms", "0644", "--file", str(group), "/etc/group"]
    arguments += ["--proc", "/proc"]
    for name in MASKED:
        if Path("/proc", name).exists():
            arguments += ["--ro-bind", "/dev/null", f"/proc/{name}"]
    arguments += ["--perms", "0755", "--size", "4096", "--tmpfs", "/dev"]
    for name in _DEVICES:
        arguments += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in _DEVICE_LINKS.items():
        arguments += ["--symlink", target, f"/dev/{name}"]
    for bind in environment.binds:
        arguments += ["--ro-bind", str(bind.source), bind.target]
    for folder in ("/tmp", "/dev/shm", WORKDIR):
        arguments += ["--perms", "0777", "--size", str(disk_bytes), "--tmpfs", folder]
    return [*arguments, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORKDIR]


def whole_environment(variables: dict[str, str]) -> list[str]:
    """Arguments that give the program these variables and no other."""
    return ["--clearenv", *(part for name in variables for part in ("--setenv", name, variables[name]))]


def nul_joined(arguments: list[str]) -> bytes:
    """Arguments as ``bwrap --args`` reads them.

    Raises:
        SandboxUnavailable: one of them holds a NUL character.
    """
    if any("\0" in argument for argument in arguments):
        raise SandboxUnavailable("A sandbox argument holds a NUL character.")
    return b"".join(os.fsencode(argument) + b"\0" for argument in arguments)


def _system_folder(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.exists() else []


def _folders_above(*targets: str) -> list[str]:
    """Make the folders above each target as ones that everybody may enter; bwrap would make them 0700."""
    parents = {parent for target in targets for parent in PurePosixPath(target).parents}
    folders = sorted(str(parent) for parent in parents if str(parent) != "/")
    return [argument for folder in folders for argument in ("--perms", "0755", "--dir", folder)]
