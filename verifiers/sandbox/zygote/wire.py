"""What the host and the zygote say to each other.

The host sends one message a job: numbers of fixed width, and descriptors. Nothing else of a job is looked at
by a process that has privileges: its text is in a descriptor that only the confined process reads.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass

ORDER = struct.Struct("!IQ")  # uid, bytes of each private folder
STREAMS = 3
SPEC = 4  # place of the specification among the descriptors; before it the status channel and the streams
GROUPS = 5  # from here on: files of control groups to enter

READY = b"R"  # by the zygote, once, on the channel of orders: it has imported

# Datagrams on a job's status channel.
BORN = b"B"  # by the zygote, with a descriptor of the job's first process
STARTED = b"S"  # by the confined process, just before it becomes the program
ENDED = struct.Struct("!cI")  # by the first process: b"E" and the program's exit code
_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True)
class Spec:
    """What the program is.

    Attributes:
        argv: Its arguments without the interpreter and its options.
        env: Its whole environment.
        open_files: Limit.
        cpu_s: Limit, CPU seconds.
        pids: Limit of processes.
    """

    argv: list[str]
    env: dict[str, str]
    open_files: int
    cpu_s: int
    pids: int


def pack_spec(spec: Spec, files: Mapping[str, bytes]) -> bytes:
    """A specification and the files of ``/work`` as bytes."""
    head = json.dumps({**vars(spec), "files": [[path, len(files[path])] for path in files]}).encode()
    return b"".join([_LENGTH.pack(len(head)), head, *files.values()])


def unpack_spec(data: bytes) -> tuple[Spec, dict[str, bytes]]:
    """The inverse of :func:`pack_spec`."""
    (size,) = _LENGTH.unpack_from(data)
    at = _LENGTH.size + size
    head = json.loads(data[_LENGTH.size : at])
    files = {}
    for path, length in head.pop("files"):
        files[path] = data[at : at + length]
        at += length
    return Spec(**head), files
