"""Where a tokenizer out of a GGUF file cuts a text into words, before it merges letters to tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def cut_words(tokenizer: Any, gguf: Path) -> None:
    """Let a transformers tokenizer out of a GGUF file cut as llama.cpp does with that file.

    transformers gives every byte-level tokenizer out of a GGUF file GPT-2's way, whatever the file names.
    SmolLM's takes digits one by one; without that some texts are trained on as other tokens than the served
    model reads (1 of 63 MBPP tasks).

    Args:
        tokenizer: Changed in place.
        gguf: The file that it was read from.
    """
    from gguf import GGUFReader
    from tokenizers import pre_tokenizers

    field = GGUFReader(gguf).get_field("tokenizer.ggml.pre")
    if field is not None and field.contents() == "smollm":
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
