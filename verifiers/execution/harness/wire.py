"""Trees of the codec as bytes and back.

A message is JSON. Bytes in a tree are not written into it but behind it, each with its length in front; in
the JSON stands ``{"b": N}`` for them. Reading a message never runs anything.
"""

from __future__ import annotations

import json
from json import encoder as _json
from typing import Any

from .codec import CodecError, Tree

MAX_FRAME_BYTES = 16 * 2**20
BIG_INT = 2**4000  # far below the digits at which CPython refuses to convert
_WITH_BLOBS = b"B"  # how a message begins that has bytes behind it; no JSON does
_SIZE = 4  # bytes of a length


def _careful(tree: Tree) -> Tree:
    """The same tree with what JSON cannot carry (huge integers, lone surrogates) in tagged form."""
    if type(tree) is list:
        return [_careful(part) for part in tree]
    if type(tree) is int and not -BIG_INT < tree < BIG_INT:
        return ["i", hex(tree)]
    if type(tree) is str:
        try:
            tree.encode()
        except UnicodeEncodeError:
            return ["u", tree.encode("utf-8", "surrogatepass").hex()]
    return tree


class _Writer:
    """Writes messages, one at a time."""

    def __init__(self) -> None:
        self._blobs: list[bytes] = []
        self._encoder = json.JSONEncoder(
            ensure_ascii=False, check_circular=False, separators=(",", ":"), default=self._put_behind
        )
        make = _json.c_make_encoder  # type: ignore[attr-defined]
        # The encoder that json would make for each message anew.
        self._chunks: Any = make and make(
            None, self._put_behind, _json.encode_basestring, None, ":", ",", False, False, True
        )

    def dump(self, tree: Tree) -> bytes:
        """See :func:`dump`."""
        self._blobs.clear()
        try:
            try:
                data = self._json(tree).encode()
            except ValueError:  # also UnicodeEncodeError
                self._blobs.clear()
                data = self._json(_careful(tree)).encode()
        except (RecursionError, ValueError) as error:
            raise CodecError("the value cannot be written") from error
        if self._blobs:
            parts = [_WITH_BLOBS, len(data).to_bytes(_SIZE, "big"), data]
            for blob in self._blobs:
                parts += (len(blob).to_bytes(_SIZE, "big"), blob)
            data = b"".join(parts)
            self._blobs.clear()
        if len(data) > MAX_FRAME_BYTES:
            raise CodecError(f"the value takes more than {MAX_FRAME_BYTES:,} bytes")
        return data

    def _json(self, tree: Tree) -> str:
        return "".join(self._chunks(tree, 0)) if self._chunks else self._encoder.encode(tree)

    def _put_behind(self, value: Any) -> dict[str, int]:
        if type(value) is not bytes:
            raise CodecError(f"{type(value).__name__} in a tree")
        self._blobs.append(value)
        return {"b": len(self._blobs) - 1}


class _Reader:
    """Reads messages, one at a time."""

    def __init__(self) -> None:
        self._blobs: list[bytes] = []
        self._scan: Any = json.JSONDecoder(object_hook=self._blob).scan_once  # type: ignore[attr-defined]

    def load(self, data: bytes | bytearray) -> Tree:
        """See :func:`load`."""
        try:
            if data[:1] == _WITH_BLOBS:
                text = self._split(data)
            else:
                self._blobs.clear()
                text = data.decode()
            tree, end = self._scan(text, 0)
        except (ValueError, LookupError, RecursionError, MemoryError, StopIteration) as error:
            raise CodecError("not a message") from error
        if end != len(text):
            raise CodecError("not a message")
        return tree

    def _split(self, data: bytes | bytearray) -> str:
        """The JSON of a message with bytes behind it; keeps those."""
        view = memoryview(data)
        at = 1
        parts: list[memoryview] = []
        while at < len(view):
            size = int.from_bytes(view[at : at + _SIZE], "big")
            part = view[at + _SIZE : at + _SIZE + size]
            if len(part) != size:
                raise CodecError("not a message")
            parts.append(part)
            at += _SIZE + size
        self._blobs = [bytes(part) for part in parts[1:]]
        return str(parts[0], "utf-8")

    def _blob(self, found: dict[str, Any]) -> bytes:
        number = found.get("b")
        if type(number) is not int or not 0 <= number < len(self._blobs):
            raise CodecError("a JSON object where a value was expected")
        return self._blobs[number]


_WRITER, _READER = _Writer(), _Reader()


def dump(tree: Tree) -> bytes:
    """The bytes of a message. Not for several threads at once.

    Raises:
        CodecError: it is too large or too deep.
    """
    return _WRITER.dump(tree)


def load(data: bytes | bytearray) -> Tree:
    """The message in the bytes. Not for several threads at once.

    Raises:
        CodecError: they are malformed.
    """
    return _READER.load(data)
