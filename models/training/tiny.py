"""Random weights of a model's shape, shrunk: a recipe runs from end to end without its model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from models.training.dataset import read_rows

_LAYERS, _HIDDEN, _HEADS, _INNER, _VOCABULARY = 2, 64, 4, 128, 1024
# In the form of Llama 3's: what a dry run shows must not depend on which tokenizer can be reached.
_TEMPLATE = (
    "{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{{ message['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
_SPECIAL = ("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")


def make_tiny_llama(
    folder: Path, texts: Iterator[str] | Sequence[str], like: dict[str, Any] | None = None, seed: int = 0
) -> Path:
    """Write a Llama of two layers with random weights and a byte-level tokenizer.

    Args:
        folder: Made if missing.
        texts: What the tokenizer's merges are learnt from.
        like: The configuration of the model that it stands for: its ratio of heads, its tied or untied head
            and its positions are kept, its sizes are not.
        seed: Of the weights.

    Returns:
        The folder.
    """
    import torch
    import transformers
    from transformers import LlamaConfig, LlamaForCausalLM

    transformers.utils.logging.disable_progress_bar()
    like = like or {}
    tokenizer = _tokenizer(texts)
    ratio = like.get("num_attention_heads", 4) // (like.get("num_key_value_heads") or _HEADS)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=_HIDDEN,
        intermediate_size=_INNER,
        num_hidden_layers=_LAYERS,
        num_attention_heads=_HEADS,
        num_key_value_heads=max(1, _HEADS // max(1, min(ratio, _HEADS))),
        max_position_embeddings=like.get("max_position_embeddings", 8192),
        rope_parameters={"rope_type": "default", "rope_theta": float(like.get("rope_theta", 500_000.0))},
        tie_word_embeddings=bool(like.get("tie_word_embeddings", False)),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    torch.manual_seed(seed)
    model = LlamaForCausalLM(config)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def texts_of(paths: Sequence[Path], rows: int = 200) -> Iterator[str]:
    """The words of the first rows of training files."""
    for number, placed in enumerate(read_rows(paths, "data.train")):
        if number >= rows:
            return
        yield json.dumps(placed.row.model_dump(), ensure_ascii=False)


def _tokenizer(texts: Iterator[str] | Sequence[str]) -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    plain.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=_VOCABULARY,
            special_tokens=list(_SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain,
        bos_token="<|begin_of_text|>",
        eos_token="<|eot_id|>",
        pad_token="<|end_of_text|>",
        extra_special_tokens=["<|start_header_id|>", "<|end_header_id|>"],
    )
    tokenizer.chat_template = _TEMPLATE
    return tokenizer
