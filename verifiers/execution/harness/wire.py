"""Trees of the codec as bytes and back."""

from __future__ import annotations

import json

from .codec import CodecError, Tree

MAX_FRAME_BYTES = 16 * 2**20
BIG_INT = 2**4000  # far below the digits at which CPython refuses to convert


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


def dump(tree: Tree) -> bytes:
    """The bytes of a message.

    Raises:
        CodecError: it is too large or too deep.
    """
    try:
        try:
            data = json.dumps(tree, ensure_ascii=False, check_circular=False, separators=(",", ":")).encode()
        except ValueError:  # also UnicodeEncodeError
            data = json.dumps(_careful(tree), ensure_ascii=False, separators=(",", ":")).encode()
    except (RecursionError, ValueError) as error:
        raise CodecError("the value cannot be written") from error
    if len(data) > MAX_FRAME_BYTES:
        raise CodecError(f"the value takes more than {MAX_FRAME_BYTES:,} bytes")
    return data


def load(data: bytes) -> Tree:
    """The message in the bytes.

    Raises:
        CodecError: they are malformed.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError, MemoryError) as error:
        raise CodecError("not a message") from error
