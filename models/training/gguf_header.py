"""What a GGUF file says of its model before the weights begin, read without a library."""

from __future__ import annotations

import os
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO

from verifiers.errors import InvalidInput

# The format: github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
_CODES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_KINDS = {number: Struct(f"<{code}") for number, code in _CODES.items()}
_U32, _U64 = _KINDS[4], _KINDS[10]
_STRING, _ARRAY = 8, 9
_ALIGNMENT = 32


class _Damaged(Exception):
    """The bytes are not what the format asks for, or end too early."""


def gguf_config(path: Path) -> dict[str, Any]:
    """A Llama's sizes as ``config.json`` calls them.

    That the file goes on to where its last tensor begins is looked at, the weights are not.

    Raises:
        InvalidInput: it cannot be read, is no GGUF file, damaged, or no Llama.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise InvalidInput("model", f"{path} is no GGUF file.", "Give a GGUF file of a Llama.")
            fields, tensors = _Reader(file).header()
    except (_Damaged, UnicodeDecodeError, OverflowError, RecursionError) as error:
        raise InvalidInput(
            "model", f"{path} is damaged: {error or 'it cannot be read'}.", "Give a whole GGUF file."
        ) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidInput(
            "model",
            f"{path} cannot be read ({why}), so its size is not known.",
            "Give the path of a .gguf file.",
        ) from error
    kind = fields.get("general.architecture")
    if kind != "llama":
        raise InvalidInput("model", f"{path} is no Llama but '{kind}'.", "Give a GGUF file of a Llama.")
    named = {
        "hidden_size": "llama.embedding_length",
        "intermediate_size": "llama.feed_forward_length",
        "num_hidden_layers": "llama.block_count",
        "num_attention_heads": "llama.attention.head_count",
        "num_key_value_heads": "llama.attention.head_count_kv",
        "head_dim": "llama.attention.key_length",
        "max_position_embeddings": "llama.context_length",
        "vocab_size": "tokenizer.ggml.tokens",
    }
    config = {name: fields[field] for name, field in named.items() if field in fields}
    return config | {"tie_word_embeddings": "output.weight" not in tensors}


class _Reader:
    """Reads on from where a file stands."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size

    def header(self) -> tuple[dict[str, Any], set[str]]:
        """Fields by name, of lists their lengths; and the tensors' names."""
        version = self._number(_U32)
        if version not in (2, 3):
            raise _Damaged(f"there is no version {version} of the format")
        tensors, fields = self._number(_U64), self._number(_U64)
        found = {self._text(): self._value(self._number(_U32)) for _ in range(fields)}
        names, last = set(), 0
        for _ in range(tensors):
            names.add(self._text())
            self._skip(_U64.size * self._number(_U32) + _U32.size)
            last = max(last, self._number(_U64))
        alignment = found.get("general.alignment", _ALIGNMENT)
        begin = self._file.tell()
        if isinstance(alignment, int) and alignment > 0:
            begin += -begin % alignment
        if names and begin + last >= self._size:
            raise _Damaged(f"it ends after {self._size:,} bytes, before the last of its weights")
        return found, names

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            return self._passed()
        if kind not in _KINDS:
            raise _Damaged(f"there is no kind {kind} of field")
        return self._number(_KINDS[kind])

    def _passed(self) -> int:
        """The length of a list, whose items are passed over."""
        kind, count = self._number(_U32), self._number(_U64)
        if kind in _KINDS:
            self._skip(_KINDS[kind].size * count)
        elif kind == _STRING:
            for _ in range(count):
                self._skip(self._number(_U64))
        else:
            raise _Damaged(f"there is no list of kind {kind}")
        return int(count)

    def _number(self, kind: Struct) -> Any:
        raw = self._file.read(kind.size)
        if len(raw) < kind.size:
            raise self._short()
        return kind.unpack(raw)[0]

    def _text(self) -> str:
        size = self._number(_U64)
        if size > self._size - self._file.tell():
            raise self._short()
        return self._file.read(size).decode("utf-8")

    def _skip(self, size: int) -> None:
        if size > self._size - self._file.tell():
            raise self._short()
        self._file.seek(size, os.SEEK_CUR)

    def _short(self) -> _Damaged:
        return _Damaged(f"it ends after {self._size:,} bytes, within its header")
