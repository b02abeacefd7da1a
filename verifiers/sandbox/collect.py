"""Files that come back from a sandbox.

The program has ended and all that it started is dead when a ``tar`` in the same sandbox, as weak as the
program was, packs what the job asked for. Its output is read here as what it is: bytes that the program may
have made up. Nothing of it ever touches a disk of the host's, a link is never followed, and a size that is
announced is believed only as far as the limits go.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable
from dataclasses import dataclass

from verifiers.sandbox.protocol import Limits

PACKING_S = 10.0  # for packing what may come back, which takes milliseconds on an idle machine

_BLOCK = 512
_NAME, _SIZE, _CHECKSUM, _KIND = slice(0, 100), slice(124, 136), slice(148, 156), 156
_FILE_KINDS = (b"0", b"\0")
_LONG_NAME = b"L"
_WITHOUT_CONTENT = b"123456"  # links, devices, folders, pipes: whatever size they announce, none follows
_MAX_NAME = 4096
_MAX_HEADERS_A_FILE = 8  # folders, links and long names, beside the files that they are of use to
_SPARE_HEADERS = 4096
_MAX_CODE = 255
_MAX_CODE_DIGITS = 3


def packing_command(collect: Iterable[str]) -> str:
    """A shell command that becomes the packer of these paths; it writes to its stdout.

    Args:
        collect: As in ``Job.collect``, relative to the shell's working directory.
    """
    paths = " ".join(f"./{_glob(path)}" for path in collect)
    return f"exec tar --format=gnu --hard-dereference --ignore-failed-read -cf - -- {paths}"


def _glob(path: str) -> str:
    """A path as a word of the shell's in which only ``*`` and ``?`` mean more than themselves."""
    word, plain = "", ""
    for character in path:
        if character in "*?":
            word += (shlex.quote(plain) if plain else "") + character
            plain = ""
        else:
            plain += character
    return word + (shlex.quote(plain) if plain else "")


@dataclass
class _Open:
    """The entry that is being read: bytes of content and of padding that are to come, and what it is."""

    name: bytes | None
    left: int
    padding: int
    is_long_name: bool = False


class Collector:
    """Takes the packer's output bit by bit and keeps the regular files in it.

    Args:
        limits: ``files_bytes`` and ``files_count`` of them.

    Attributes:
        files: Relative path -> content, of what has come whole.
        truncated: Something did not come, or was refused.
    """

    def __init__(self, limits: Limits) -> None:
        self.files: dict[str, bytes] = {}
        self.truncated = False
        self._folders: set[str] = set()
        self._bytes_left = limits.files_bytes
        self._files_left = limits.files_count
        self._headers_left = _SPARE_HEADERS + _MAX_HEADERS_A_FILE * limits.files_count
        self._held = bytearray()
        self._open: _Open | None = None
        self._long_name: bytes | None = None
        self._is_done = False
        self._is_whole = False

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; False once nothing that follows is of interest."""
        if self._is_done:
            return False
        self._held += data
        while not self._is_done and self._step():
            pass
        return not self._is_done

    def end(self) -> None:
        """Nothing more comes: what was not told to its end is missing. Idempotent."""
        self._is_done = True
        self._held.clear()
        if not self._is_whole:
            self.truncated = True

    def _step(self) -> bool:
        """Take one header or one content; False while not enough of it is there."""
        entry = self._open
        need = _BLOCK if entry is None else entry.left + entry.padding
        if len(self._held) < need:
            return False
        block = bytes(self._held[: entry.left if entry else _BLOCK])
        del self._held[:need]
        if entry is None:
            self._header(block)
            return True
        self._open = None
        if entry.is_long_name:
            self._long_name = block.rstrip(b"\0")
        elif entry.name is not None:
            self._keep(entry.name, block)
        return True

    def _header(self, block: bytes) -> None:
        if not any(block):
            self._is_done = self._is_whole = True
            return
        self._headers_left -= 1
        size = _size_of(block)
        if size is None or self._headers_left < 0:
            self._give_up()
            return
        kind = block[_KIND : _KIND + 1]
        if kind == _LONG_NAME:
            if size > _MAX_NAME:
                self._give_up()
            else:
                self._open = _Open(None, size, -size % _BLOCK, is_long_name=True)
            return
        name = self._long_name if self._long_name is not None else block[_NAME].rstrip(b"\0")
        self._long_name = None
        if kind in _FILE_KINDS:
            self._bytes_left -= size
            self._files_left -= 1
            if self._bytes_left < 0 or self._files_left < 0:
                self._give_up()
            else:
                self._open = _Open(name, size, -size % _BLOCK)
        elif kind not in _WITHOUT_CONTENT:  # such as a long link name: nothing that a packer of ours needs
            if kind == b"K" and size <= _MAX_NAME:
                self._open = _Open(None, size, -size % _BLOCK)
            else:
                self._give_up()

    def _keep(self, name: bytes, content: bytes) -> None:
        path = _path_of(name)
        if path is None or path in self._folders:
            self.truncated = True
            return
        parts = path.split("/")
        above = {"/".join(parts[:count]) for count in range(1, len(parts))}
        if above & self.files.keys():
            self.truncated = True
            return
        self._folders |= above
        self.files.setdefault(path, content)

    def _give_up(self) -> None:
        self._is_done = self.truncated = True
        self._held.clear()


def _size_of(block: bytes) -> int | None:
    """The size that a header announces; None if this is no header."""
    spaces = b" " * (_CHECKSUM.stop - _CHECKSUM.start)
    total = sum(block[: _CHECKSUM.start] + spaces + block[_CHECKSUM.stop :])
    digits = block[_SIZE]
    if digits[:1] == b"\x80":  # more than eleven octal digits hold
        size = int.from_bytes(digits[1:], "big")
    else:
        found = _octal(digits)
        if found is None:
            return None
        size = found
    return size if _octal(block[_CHECKSUM]) == total else None


def _octal(field: bytes) -> int | None:
    text = field.strip(b"\0 ")
    return int(text, 8) if text and not text.strip(b"01234567") else None


def _path_of(name: bytes) -> str | None:
    """The path below the working directory that a name stands for; None if it is none that is handed on."""
    try:
        text = name.decode("utf-8").removeprefix("./")
    except UnicodeDecodeError:
        return None
    is_plain = text.isprintable() and not {"", ".", ".."} & set(text.split("/"))
    return text if is_plain else None


class PackedEnd:
    """A program's exit code and then the packer's output, as both come on one descriptor.

    Attributes:
        exit_code: Of the program; None until it is told.
        at: When it was told, monotonic seconds.
        collector: What follows.
    """

    def __init__(self, limits: Limits) -> None:
        self.exit_code: int | None = None
        self.at = 0.0
        self.collector = Collector(limits)
        self._held = b""

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; False once nothing that follows is of interest."""
        if self.exit_code is None:
            self._held += data
            digits, newline, data = self._held.partition(b"\n")
            if not newline and len(digits) <= _MAX_CODE_DIGITS:
                return True
            if not newline or not digits.isdigit() or not 0 <= int(digits[:4]) <= _MAX_CODE:
                return False
            self._held = b""
            self.exit_code, self.at = int(digits), time.monotonic()
        return self.collector.feed(data)
