"""A checkpoint's byte-level tokenizer in llama.cpp's terms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from verifiers.errors import InvalidInput

_MAX_BYTES = 100_000_000
# How texts are cut into words before merging: llama.cpp has each way built in, under a name.
_LLAMA3_PATTERN_START = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
_NORMAL, _CONTROL, _USER_DEFINED = 1, 3, 4


def add_tokenizer(writer: Any, folder: Path) -> None:
    """Write the tokenizer of a checkpoint's ``tokenizer.json``, with its chat template.

    Args:
        writer: A ``gguf.GGUFWriter``.
        folder: The checkpoint.

    Raises:
        InvalidInput: there is none, or of another kind than Llama 3's, SmolLM's and GPT-2's.
    """
    file = folder / "tokenizer.json"
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise InvalidInput("base", "has a tokenizer.json that is too long to be one.")
        read = json.loads(file.read_bytes())
        model = read["model"]
        if model["type"] != "BPE" or model.get("byte_fallback"):
            raise InvalidInput(
                "base", "has a tokenizer that is not byte-level BPE.", "Start from a GGUF file."
            )
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(_word_cutting(read.get("pre_tokenizer") or {}))
        _add_tokens(writer, model, read.get("added_tokens") or [])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(
            "base", "has no tokenizer.json that can be read.", "Save the tokenizer too."
        ) from error
    _add_specials(writer, folder)


def _add_tokens(writer: Any, model: dict[str, Any], added: list[dict[str, Any]]) -> None:
    by_id = {int(number): str(text) for text, number in model["vocab"].items()}
    kinds = dict.fromkeys(by_id, _NORMAL)
    for token in added:
        number = int(token["id"])
        by_id[number] = str(token["content"])
        kinds[number] = _CONTROL if token.get("special") else _USER_DEFINED
    if sorted(by_id) != list(range(len(by_id))):
        raise InvalidInput("base", "has a tokenizer whose numbers have gaps.", "Start from a GGUF file.")
    writer.add_token_list([by_id[number] for number in range(len(by_id))])
    writer.add_token_types([kinds[number] for number in range(len(by_id))])
    merges = model["merges"]
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])


def _add_specials(writer: Any, folder: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    for number, add in (
        (tokenizer.bos_token_id, writer.add_bos_token_id),
        (tokenizer.eos_token_id, writer.add_eos_token_id),
        (tokenizer.pad_token_id, writer.add_pad_token_id),
    ):
        if number is not None:
            add(number)
    first = tokenizer("a")["input_ids"][:1]
    writer.add_add_bos_token(tokenizer.bos_token_id is not None and first == [tokenizer.bos_token_id])
    if isinstance(tokenizer.chat_template, str):
        writer.add_chat_template(tokenizer.chat_template)


def _word_cutting(pre: dict[str, Any]) -> str:
    """llama.cpp's name for a way of cutting.

    Raises:
        InvalidInput: it is not known here.
    """
    steps = pre["pretokenizers"] if pre.get("type") == "Sequence" else [pre]
    kinds = [step.get("type") for step in steps]
    if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and steps[0].get("individual_digits"):
        return "smollm"
    if kinds == ["Split", "ByteLevel"]:
        pattern = str((steps[0].get("pattern") or {}).get("Regex", ""))
        if pattern.startswith(_LLAMA3_PATTERN_START):
            return "llama-bpe"
    raise InvalidInput(
        "base", "has a tokenizer that cuts words in a way that is not known here.", "Start from a GGUF file."
    )
