"""Random weights of a model's shape, shrunk: a recipe runs from end to end without its model."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from models.chat import Message
from models.data.rows import Origin, PreferenceRow, TrainingRow
from models.training.dataset import read_rows
from models.training.recipe import Recipe
from models.training.shape import Shape
from verifiers.domain import Value
from verifiers.errors import InvalidInput

_ROWS, _STEPS = 64, 3
_COPY = "rows.jsonl"
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


def shrunk(recipe: Recipe, shape: Shape, folder: Path) -> Recipe:
    """The recipe with its model shrunk to random weights, and a few rows and steps; all else stays.

    4-bit weights become plain ones where there is no GPU.

    Args:
        recipe: Its first rows are taken; without data, rows made up.
        shape: Of its model.
        folder: Where model and rows are written.

    Raises:
        InvalidInput: a row cannot be read, or the model has no layer that the adapter is to be laid over.
    """
    import torch

    rows = folder / _COPY
    rows.write_text("".join(f"{line}\n" for line in _few_rows(recipe)), encoding="utf-8")
    model = make_tiny_llama(folder / "model", texts_of([rows]), shape.model_dump())
    parts: dict[str, object] = {
        "model": str(model),
        "adapter": None,
        "data": _set(recipe.data) | {"train": (rows,), "validation": ()},
        "optimization": _set(recipe.optimization) | {"max_steps": _STEPS},
        "checks": _set(recipe.checks) | {"every": 1},
    }
    if recipe.tuning != "full" and recipe.lora.targets != "all-linear":
        shape.adapted(recipe.lora)  # by its whole model's layers, of which two are left
        parts["lora"] = _set(recipe.lora) | {"targets": tuple(map(_layer_left, recipe.lora.targets))}
    if recipe.tuning == "qlora" and not torch.cuda.is_available():
        parts["tuning"] = "lora"
    return recipe.changed(**parts)


def as_given(error: InvalidInput, recipe: Recipe, folder: Path) -> InvalidInput:
    """A fault of a dry run's row, with the place that the row has in the user's files.

    Args:
        error: What was raised; of anything else than a row it stays as it is.
        recipe: The user's.
        folder: What :func:`shrunk` wrote to.
    """
    file, _, line = error.field.rpartition(", line ")
    if file != str(folder / _COPY) or not recipe.data.train:
        return error
    place = list(islice(read_rows(recipe.data.train, "data.train"), int(line)))[-1]
    return InvalidInput(f"{place.file}, line {place.line}", error.message, error.hint)


def _layer_left(target: str) -> str:
    return re.sub(r"\blayers\.(\d+)\.", lambda found: f"layers.{int(found[1]) % _LAYERS}.", target)


def _set(value: Value) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.model_fields_set}


def _few_rows(recipe: Recipe) -> list[str]:
    if recipe.data.train:
        placed = islice(read_rows(recipe.data.train, "data.train"), _ROWS)
        return [each.row.model_dump_json() for each in placed]
    asked = [Message(role="user", content=f"Write a function that adds {number}.") for number in range(_ROWS)]
    said = [f"def add(value):\n    return value + {number}\n" for number in range(_ROWS)]
    origin = Origin(source="made up for a dry run")
    if recipe.method == "dpo":
        return [
            PreferenceRow(
                prompt=(ask,),
                chosen=(Message(role="assistant", content=code),),
                rejected=(Message(role="assistant", content="I cannot."),),
                origin=origin,
            ).model_dump_json()
            for ask, code in zip(asked, said, strict=True)
        ]
    return [
        TrainingRow(
            prompt=(ask,), completion=(Message(role="assistant", content=code),), origin=origin
        ).model_dump_json()
        for ask, code in zip(asked, said, strict=True)
    ]


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
