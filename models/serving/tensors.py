"""The head of a safetensors file: names, types and shapes, without loading anything.

The format is 8 bytes of little-endian length, that many bytes of JSON, then the data; see the safetensors
project's format description. The file is hostile: nothing in its head is believed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from models.serving.files import opened
from verifiers.errors import InvalidInput

_MAX_HEAD_BYTES = 32 * 2**20
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_BYTES |= {"U64": 8, "U32": 4, "U16": 2, "C64": 8}
_BYTES |= dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 1)


class Tensor(NamedTuple):
    """A tensor's type, such as ``F32``, and its shape."""

    dtype: str
    shape: tuple[int, ...]


def tensors_of(path: Path, field: str) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name.

    Raises:
        InvalidInput: it is no such file, or its head and its length do not fit each other.
    """
    with opened(path, field) as file:
        whole = os.fstat(file.fileno()).st_size
        length = int.from_bytes(file.read(8), "little")
        if whole < 8 or length > min(_MAX_HEAD_BYTES, whole - 8):
            raise _refused(field, path, "its head is longer than the file, or than any head should be")
        try:
            head: Any = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise _refused(field, path, "its head is not JSON") from error
    if not isinstance(head, dict):
        raise _refused(field, path, "its head is not an object")
    found: dict[str, Tensor] = {}
    spans: list[tuple[int, int]] = []
    for name, about in head.items():
        if name == "__metadata__":
            continue
        tensor, span = _read(about)
        if tensor is None:
            raise _refused(field, path, f"what it says of {name[:100]!r} makes no sense")
        found[name] = tensor
        spans.append(span)
    end = 0
    for begin, stop in sorted(spans):
        if begin != end:
            raise _refused(field, path, "its tensors overlap, or leave gaps")
        end = stop
    if end != whole - 8 - length:
        raise _refused(field, path, "its data is shorter or longer than its head says")
    return found


def _read(about: Any) -> tuple[Tensor | None, tuple[int, int]]:
    none = None, (0, 0)
    if not isinstance(about, dict):
        return none
    dtype, shape, span = about.get("dtype"), about.get("shape"), about.get("data_offsets")
    if not isinstance(dtype, str) or dtype not in _BYTES or not _numbers(shape) or not _numbers(span):
        return none
    size = _BYTES[dtype]
    for side in shape:
        size *= side
    if len(span) != 2 or span[1] - span[0] != size:
        return none
    return Tensor(dtype, tuple(shape)), (span[0], span[1])


def _numbers(value: Any) -> TypeGuard[list[int]]:
    return (
        isinstance(value, list)
        and len(value) <= 8
        and all(type(number) is int and 0 <= number < 2**48 for number in value)
    )


def _refused(field: str, path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        field, f"{path.name[:100]!r} is not a safetensors file: {why}.", "Save the weights again."
    )
